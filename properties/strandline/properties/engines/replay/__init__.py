"""What is done with a trace: it is taken again, beside the model or not, made small, committed, and made a test."""
