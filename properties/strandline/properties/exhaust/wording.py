"""Puts values into words: the same in every process, and not longer than a person reads."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Final

from strandline.properties.exhaust.values import DEPTH_MAX

WORDS_MAX: Final = 2000
"""Characters of a value in a document; beyond it is cut."""


def worded(value: object) -> str:
    """Write a value as Python would, but the members of sets in order: theirs differs from process to process."""
    try:
        text = _worded(value, DEPTH_MAX)
    except Exception as error:  # noqa: BLE001 - a value whose repr fails is still a value
        text = f"<{type(value).__name__}, whose repr raises {type(error).__name__}>"
    return text if len(text) <= WORDS_MAX else f"{text[: WORDS_MAX - 4]} ..."


def _worded(value: Any, depth: int) -> str:  # noqa: ANN401 - a value of any type
    kind = type(value)
    if not depth:
        return "..."
    if isinstance(value, Enum):
        return f"{kind.__name__}.{value.name}"
    if kind is frozenset:
        return f"{{{', '.join(sorted(_worded(one, depth - 1) for one in value))}}}" if value else "{}"
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        named = zip(value._fields, value, strict=True)
        return f"{kind.__name__}({', '.join(f'{name}={_worded(one, depth - 1)}' for name, one in named)})"
    if kind is tuple:
        inside = ", ".join(_worded(one, depth - 1) for one in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if is_dataclass(kind) and kind.__dataclass_params__.repr:  # type: ignore[attr-defined] # typeshed leaves it out
        shown = [(one.name, getattr(value, one.name)) for one in fields(kind) if one.repr]
        return f"{kind.__qualname__}({', '.join(f'{name}={_worded(one, depth - 1)}' for name, one in shown)})"
    return repr(value)
