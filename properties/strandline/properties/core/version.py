"""The version of this package: evidence tells it, and so does the command line."""

from __future__ import annotations

__version__ = "0.1.0"
