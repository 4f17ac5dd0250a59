"""A persisted memo that processes share: its laws, its worlds, the real keeper beside the model, its mutants."""
