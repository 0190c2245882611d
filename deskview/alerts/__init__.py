"""Alerts: rules on readings, looked at beside the Board in the market's process, and who is called when one fires.

`engine.Alerts` puts the state of the rules on each board; `rules` reads and keeps those set on the screen, `shipped`
are those that come with the program, `life` is what becomes of a rule from board to board, `kept` what is remembered
over a restart, `delivery` the user's command and file, `sentences` what a firing says.
"""
