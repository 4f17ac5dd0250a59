"""State machines: what Hypothesis and a random walk play."""
