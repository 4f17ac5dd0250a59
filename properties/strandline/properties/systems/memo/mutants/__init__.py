"""The mutants of the memo: known-bad variants of the scanner and of the model, and the law that catches each."""
