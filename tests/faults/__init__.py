"""What a wire and a clock can do to a figure: kinds of faults, what is right for each, and desks to try it."""
