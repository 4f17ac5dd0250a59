"""The real systems: for real use, and the subjects that the laws judge."""
