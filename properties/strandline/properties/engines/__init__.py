"""The engines: each finds out in its own way whether laws hold, and knows no system."""
