"""What is declared wrongly, whoever finds out."""

from __future__ import annotations


class WorldError(ValueError):
    """A world is declared wrongly, or one of its functions does not do what was declared."""
