"""Puts values into words: the same in every process, and not longer than a person reads."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from strandline.properties.engines.exhaust.values import DEPTH_MAX

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS_MAX: Final = 2000
"""Characters of a value in a document; beyond it is cut."""


def worded(value: object) -> str:
    """Write a value as Python would, but briefer, and the same in every process.

    The members of sets come in order. Fields of a record that hold what they hold by default are left out.
    """
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
        usual: Mapping[str, Any] = getattr(kind, "_field_defaults", {})
        named = [pair for pair in zip(value._fields, value, strict=True) if not _is_usual(usual, *pair)]
        return f"{kind.__name__}({', '.join(f'{name}={_worded(one, depth - 1)}' for name, one in named)})"
    if kind is tuple:
        inside = ", ".join(_worded(one, depth - 1) for one in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if is_dataclass(kind) and kind.__dataclass_params__.repr:  # type: ignore[attr-defined] # typeshed leaves it out
        usual = {one.name: one.default for one in fields(kind) if one.default is not MISSING}
        held = [(one.name, getattr(value, one.name)) for one in fields(kind) if one.repr]
        shown = [pair for pair in held if not _is_usual(usual, *pair)]
        return f"{kind.__qualname__}({', '.join(f'{name}={_worded(one, depth - 1)}' for name, one in shown)})"
    return repr(value)


def _is_usual(usual: Mapping[str, Any], name: str, value: object) -> bool:
    """Tell whether a field holds what it holds by default."""
    return name in usual and type(usual[name]) is type(value) and bool(usual[name] == value)
