"""Rust's ``{:?}``: how a codex process prints strings, options and structs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}


def string(text: str) -> str:
    """Print a string: in double quotes, with escapes for quotes, backslashes and what cannot be seen."""
    return f'"{"".join(map(_character, text))}"'


def option(text: str | None) -> str:
    """Print a string that may be missing."""
    return "None" if text is None else f"Some({string(text)})"


def struct(name: str, fields: Mapping[str, str]) -> str:
    """Print a struct whose fields are printed already."""
    return f"{name} {{ {', '.join(f'{field}: {value}' for field, value in fields.items())} }}"


def _character(one: str) -> str:
    return _ESCAPES.get(one) or (one if one.isprintable() else f"\\u{{{ord(one):x}}}")
