"""What is done with a trace: it is taken again, beside the model or not, made short, committed, and made a test."""
