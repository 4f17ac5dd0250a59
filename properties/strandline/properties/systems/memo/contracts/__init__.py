"""Proof: contracts on the pure functions of scanner and model, put to CrossHair, for all ints."""
