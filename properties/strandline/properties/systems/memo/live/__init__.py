"""Real logs: the scanner as a command, the full scan beside it, and a synthetic writer."""
