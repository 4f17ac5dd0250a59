"""The one way in which a document is read that anybody may have written: JSON that says each thing once, within bounds.

Readers differ where JSON lets them: of a key that stands twice one believes the first and one the last, and some take
NaN for a number. So a reviewer could read one document and a program another. What is ambiguous is refused.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from functools import cache
from typing import Any, Final, NoReturn, TypeVar

import msgspec

from strandline.properties.evidence import bounded

T = TypeVar("T")

VALUES_MAX: Final = 500_000
"""The most values in a document: what is small on disk must not be large in memory."""

NAME_MAX: Final = 300
"""Characters of what a message quotes."""

_PARTS: Final = (b",", b"[", b"{")
"""What each value but the first comes after, and it may come after these within a text besides."""


class LooseError(ValueError):
    """What was given is no document of its kind, or one that can be read in two ways; one line says why."""


def load(source: str, bytes_max: int, kind: type[T]) -> T:
    """Read the document in a file, or on standard input for ``-``, of so many bytes at most.

    Raises:
        UnreadableError: the file cannot be read.
        LooseError: it is larger, or as for :func:`decode`.
    """
    data = bounded.read(source, bytes_max)
    if len(data) > bytes_max:
        raise LooseError(f"it has more than {bytes_max:,} bytes")
    return decode(data, kind)


def decode(data: bytes, kind: type[T]) -> T:
    """Read a document.

    Args:
        data: it.
        kind: its type.

    Raises:
        LooseError: it is no JSON of this type, holds too many values, is nested too deeply, has a key twice in one
            object, or a number that is none.
    """
    if sum(map(data.count, _PARTS)) > VALUES_MAX:
        raise LooseError(f"it has more than {VALUES_MAX:,} values")
    try:
        found: T = _decoder(kind).decode(data)  # type: ignore[arg-type] # any type is hashable
        json.loads(data, object_pairs_hook=_once, parse_constant=_none, parse_int=_whole, parse_float=_finite)
    except RecursionError as error:
        raise LooseError("it is nested too deeply") from error
    except (msgspec.DecodeError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise LooseError(str(error)[:NAME_MAX]) from error
    return found


@cache
def _decoder(kind: type[object]) -> msgspec.json.Decoder[Any]:
    """Make what reads documents of a type, once: a journal has millions of lines."""
    return msgspec.json.Decoder(kind)


def _once(pairs: list[tuple[str, object]]) -> None:
    """Refuse a key that stands twice."""
    twice = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
    if twice:
        raise LooseError(f"{twice[0][:NAME_MAX]!r} stands twice in one object")


def _none(name: str) -> NoReturn:
    raise LooseError(f"{name} is no number")


def _whole(_digits: str) -> None:
    """Take any whole number: that it fits was found out by its type."""


def _finite(digits: str) -> None:
    if not math.isfinite(float(digits)):
        raise LooseError(f"{digits[:NAME_MAX]} is too large for a number")
