"""How the sources of a memo are cut into parts, so that a refresh that changed few of them writes few."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.impl.memo.encoding import Part, digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from strandline.impl.memo.encoding import Codec
    from strandline.impl.memo.projection import Fact

PART: Final = 512
"""How many sources a part is made of; prunes make it smaller afterwards. Of codex these are some 55 KB."""

SPARSE: Final = 4
"""All parts are made anew when there are more than this many times as many as there need be."""


class Written(NamedTuple):
    """A part as it is stored, and its sources if they are known: then nothing need be encoded to find it unchanged."""

    part: Part
    sources: tuple[Fact[Any], ...] | None


class Cut(NamedTuple):
    """The parts of a memo, in order; ``fresh`` are those to be written, by number, and ``gone`` those to be deleted."""

    written: tuple[Written, ...]
    fresh: Mapping[int, bytes]
    gone: tuple[int, ...]


def cut(codec: Codec, sources: Sequence[Fact[Any]], known: Sequence[Written]) -> Cut:
    """Cut sources into parts, along those that are stored already.

    Args:
        codec: writes a part.
        sources: by ascending id.
        known: the parts that are stored, in order.
    """
    kept = () if len(known) > SPARSE * (len(sources) // PART + 2) else known
    numbers = iter(range(max((one.part.number for one in known), default=0) + 1, 2**62))
    written: list[Written] = []
    fresh: dict[int, bytes] = {}
    start = 0
    for place, (part, stored) in enumerate(kept):
        # What comes after the last part is in it as well, until it is as long as a part should be.
        last = place == len(kept) - 1
        stop = bisect_right(sources, part.last, start, key=lambda fact: fact.id)
        stop = max(stop, min(start + PART, len(sources))) if last else stop
        some, start = tuple(sources[start:stop]), stop
        if some and some == stored:
            written.append(Written(part, stored))
        elif some:
            written.append(_encoded(codec, part.number, some, fresh, part.digest))
    rest = (tuple(sources[first : first + PART]) for first in range(start, len(sources), PART))
    written += [_encoded(codec, next(numbers), some, fresh, None) for some in rest]
    numbered = {one.part.number for one in written}
    return Cut(tuple(written), fresh, tuple(one.part.number for one in known if one.part.number not in numbered))


def divided(parts: Sequence[Part], sources: Sequence[Fact[Any]]) -> tuple[Written, ...]:
    """Divide sources among the parts that they were read of."""
    stops = [bisect_right(sources, part.last, key=lambda fact: fact.id) for part in parts]
    return tuple(
        Written(part, tuple(sources[start:stop])) for part, start, stop in zip(parts, [0, *stops], stops, strict=False)
    )


def _encoded(
    codec: Codec, number: int, some: tuple[Fact[Any], ...], fresh: dict[int, bytes], known: bytes | None
) -> Written:
    """Encode a part, and put it to those that are to be written unless it is stored as it is."""
    said = codec.facts(some)
    marked = digest(said)
    if marked != known:
        fresh[number] = said
    return Written(Part(number, some[0].id, some[-1].id, marked), some)
