"""The memo's state machines: what chance plays, and in which worlds."""
