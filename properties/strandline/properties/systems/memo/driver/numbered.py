"""The numbers inside of the scanner's values, of which only the order matters: which there are, and others for them.

Most of a world stays as it was when one refresh takes a step, so what was found in a value is kept.
"""

from __future__ import annotations

from dataclasses import fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from strandline.impl.memo import refresh as impl
from strandline.impl.memo.effects import Effect, Swap
from strandline.impl.memo.memo import Memo
from strandline.impl.memo.scan import Glance
from strandline.impl.memo.store import Slot

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

V = TypeVar("V")

KEPT_MAX: Final = 1 << 14
"""Values of which is kept what was found in them, and values that were numbered anew."""


class Numbers(NamedTuple):
    """The numbers of observations inside of a value, and the versions of slots, each in the order of the value."""

    observations: tuple[int, ...]
    versions: tuple[int, ...]


@lru_cache(KEPT_MAX)
def numbers(value: Hashable) -> Numbers:
    """Find the numbers inside of a value of the scanner."""
    found = tuple(_numbered(value))
    return Numbers(
        tuple(one.observation for one in found if isinstance(one, Memo)),
        tuple(one.version for one in found if not isinstance(one, Memo)),
    )


def relabeled(value: V, own: Numbers, observed: dict[int, int], versions: dict[int, int]) -> V:
    """Give a value, in which these numbers are, with others for them, and with an empty tally."""
    pairs = tuple((number, observed[number]) for number in own.observations)
    given: V = _relabeled(value, pairs, tuple((number, versions[number]) for number in own.versions))
    return given


def _numbered(value: object) -> Iterator[Memo | Slot | impl.Storing]:
    """Find every memo, every slot, and every state that has seen a version."""
    if isinstance(value, (Memo, Slot, impl.Storing)):
        yield value
    if type(value) is tuple:  # a row, and what else is a tuple with names, holds none
        for part in value:
            yield from _numbered(part)
    elif isinstance(value, (Slot, Effect, impl.State)):
        for field in fields(value):
            yield from _numbered(getattr(value, field.name))


@lru_cache(KEPT_MAX)
def _relabeled(value: Hashable, observed: tuple[tuple[int, int], ...], versions: tuple[tuple[int, int], ...]) -> Any:  # noqa: ANN401 - what it takes
    number, version = dict(observed), dict(versions)

    def relabel(part: object) -> object:
        match part:
            case Memo():
                new = number[part.observation]
                return replace(part, observation=new, snapshot=replace(part.snapshot, observation=new))
            case Glance():
                return part._replace(snapshot=replace(part.snapshot, observation=0), rows=0)
            case impl.Tally():
                return impl.Tally(tries=part.tries, swaps=part.swaps, waits=part.waits)
            case tuple():
                return type(part)(map(relabel, part)) if type(part) is tuple else part
            case _ if isinstance(part, (Slot, impl.State, Effect)):
                changed: dict[str, Any] = {field.name: relabel(getattr(part, field.name)) for field in fields(part)}
                if isinstance(part, (Slot, impl.Storing, Swap)):
                    changed["version"] = version[part.version]
                return replace(part, **changed)
            case _:
                return part

    return relabel(value)
