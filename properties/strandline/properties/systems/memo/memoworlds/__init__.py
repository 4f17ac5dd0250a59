"""The memo worlds, declared part by part: what each step reads and writes, so that a search can share its steps."""
