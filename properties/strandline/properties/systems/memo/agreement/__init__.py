"""One definition in three texts, oracle, model and scanner: the same questions put to each."""
