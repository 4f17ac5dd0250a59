"""Documents with one place at a time made hostile: each text and key, each number, each list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

PAYLOAD: Final = (
    "\x1b[2J\x1b]0;verified\x07\r\nverified: every claim\t\x08\x9b31m\x85\u202everified\u2066\u200b\u2028"
    "../../outside <script>alert(1)</script> | `` @all #1 **x** https://evil.example os:system $(id) '; --html=evil"
)
"""What moves the cursor, names the window, begins lines, turns text around, leads elsewhere, or is live on a forge."""

NUMBERS: Final = (2**63 - 1, 10**400, -1, 1.5e308)
LONG: Final = 3_000

Path_: TypeAlias = "tuple[str | int, ...]"


class Mutation(NamedTuple):
    """One place of a document, and what was done there."""

    where: str
    document: Any


def mutations(document: Any) -> Iterator[Mutation]:  # noqa: ANN401 - any JSON
    """Give a document with each place of its own shape made hostile: of a list, its first item stands for all."""
    for path, value in _places(document, ()):
        name = ".".join(map(str, path)) or "all"
        if isinstance(value, str):
            yield Mutation(f"{name} is a text", _with(document, path, PAYLOAD))
            yield Mutation(f"{name} is long", _with(document, path, value + "x" * 300_000))
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield from (Mutation(f"{name} is {n!r:.20}", _with(document, path, n)) for n in NUMBERS)
        elif isinstance(value, list) and value:
            yield Mutation(f"{name} has many", _with(document, path, value[:1] * LONG))
        elif isinstance(value, dict):
            for key in list(value)[:1]:
                renamed = {PAYLOAD if one == key else one: inside for one, inside in value.items()}
                yield Mutation(f"{name} has a key", _with(document, path, renamed))
            yield Mutation(
                f"{name} has one more", _with(document, path, {**value, PAYLOAD: next(iter(value.values()), 1)})
            )
            many = {f"{PAYLOAD}{n}": next(iter(value.values()), 1) for n in range(LONG)}
            yield Mutation(f"{name} has many keys", _with(document, path, many))


def _places(value: Any, path: Path_) -> Iterator[tuple[Path_, Any]]:  # noqa: ANN401 - any JSON
    yield path, value
    if isinstance(value, dict):
        alike = len({type(inside) for inside in value.values()}) == 1 and len(value) > 3
        for key in list(value)[: 1 if alike and isinstance(next(iter(value.values())), str) else None]:
            yield from _places(value[key], (*path, key))
    elif isinstance(value, list) and value:
        yield from _places(value[0], (*path, 0))


def _with(document: Any, path: Path_, value: Any) -> Any:  # noqa: ANN401 - any JSON
    if not path:
        return value
    first, *rest = path
    copy = dict(document) if isinstance(document, dict) else list(document)
    copy[first] = _with(document[first], tuple(rest), value)  # type: ignore[index] # by what it is
    return copy
