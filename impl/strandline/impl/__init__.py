"""The real systems, for real use: a room for each."""
