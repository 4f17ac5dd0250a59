"""A synthetic codex writer: the table of a log, what a plan says to write, the rows, and the transactions."""
