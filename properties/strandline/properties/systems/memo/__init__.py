"""The memo-keeping scanner: its laws, its worlds, its driver, its mutants, and the words for people."""
