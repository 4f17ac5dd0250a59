"""The memo worlds with the real scanner in the tables: each step of it is taken once, and held against the model's."""
