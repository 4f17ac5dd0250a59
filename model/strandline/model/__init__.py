"""The reference models: a room for each system, pure values and functions, standard library only."""
