"""The desk's four panes: each turns one part of the board into its widgets."""
