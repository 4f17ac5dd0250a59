"""What is proved of live threads for all ints: the algebra of patches."""
