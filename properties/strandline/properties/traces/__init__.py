"""Where replay was before the engines had a room of their own; tests that were exported for it still run."""
