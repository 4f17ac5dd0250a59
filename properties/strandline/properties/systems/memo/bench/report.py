"""What a bench comes to: one document, its verdict, and the lines that people read."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Final, Literal, TypeVar

import msgspec

from strandline.properties.core.counting import many, size
from strandline.properties.core.verdict import Verdict
from strandline.properties.evidence import bounded, strict
from strandline.properties.evidence.bounds import BYTES_MAX
from strandline.properties.evidence.document import RunOutcome  # noqa: TC001 - msgspec reads the annotations
from strandline.properties.systems.memo.bench.searches import REACH, SIZES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.properties.engines.shapes.measured import Shape
    from strandline.properties.systems.memo.bench.searches import Compared, Grown

B = TypeVar("B")

WORSE: Final = 0.75
"""A ratio below this share of an earlier one is worse; two runs of the same sources differ by less."""


class SizeOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One size: what both searches counted, the seconds of each run, bytes at the peak, and the ratio of medians."""

    size: str
    states: int
    transitions: int
    depth: int
    counts_equal: bool
    plain_states: int
    engine_seconds: tuple[float, ...]
    plain_seconds: tuple[float, ...]
    engine_memory: int
    plain_memory: int
    ratio: float


class Growth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The base with one more of ``bound``, or as it is if that is empty; searched with its symmetry."""

    bound: str
    states: int
    transitions: int
    depth: int
    seconds: float
    memory: int


class ShapeOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A world of one shape, searched by both; seconds are those of the processor, and the ratio is of the medians."""

    shape: str
    states: int
    transitions: int
    counts_equal: bool
    engine_seconds: tuple[float, ...]
    plain_seconds: tuple[float, ...]
    ratio: float


class Bench(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The document; ``version`` is raised when its meaning changes. ``problems`` say why the verdict is no pass."""

    version: Literal[2]
    verdict: str
    problems: tuple[str, ...]
    sources: dict[str, str]
    sizes: tuple[SizeOutcome, ...]
    growth: tuple[Growth, ...]
    shapes: tuple[ShapeOutcome, ...]
    run: RunOutcome


class Unlike(ValueError):  # noqa: N818 - what it says is said of a file
    """A file is no earlier bench; one line says so."""


def size_outcome(compared: Compared) -> SizeOutcome:
    """Sum one size up."""
    engine, old = compared.engine, compared.plain
    return SizeOutcome(
        size=compared.size,
        states=engine[0].states,
        transitions=engine[0].transitions,
        depth=engine[0].depth,
        counts_equal=compared.equal,
        plain_states=old[0].states,
        engine_seconds=tuple(round(one.seconds, 3) for one in engine),
        plain_seconds=tuple(round(one.seconds, 3) for one in old),
        engine_memory=max(one.memory for one in engine),
        plain_memory=max(one.memory for one in old),
        ratio=round(compared.ratio, 2),
    )


def shape_outcome(shape: Shape) -> ShapeOutcome:
    """Sum one shape up."""
    return ShapeOutcome(
        shape=shape.name,
        states=shape.runs[0].states,
        transitions=shape.runs[0].transitions,
        counts_equal=shape.equal,
        engine_seconds=tuple(round(one.engine, 4) for one in shape.runs),
        plain_seconds=tuple(round(one.plain, 4) for one in shape.runs),
        ratio=round(shape.ratio, 2),
    )


def growth(grown: Grown) -> Growth:
    """Sum up one search of the base made larger."""
    one = grown.measured
    return Growth(grown.bound, one.states, one.transitions, one.depth, round(one.seconds, 3), one.memory)


def kept(path: Path, kind: type[B], called: str) -> B:
    """Read an earlier document of some bench.

    Raises:
        Unlike: the file is none.
    """
    try:
        return strict.load(str(path), BYTES_MAX, kind)
    except bounded.UnreadableError as error:
        raise Unlike(f"{path} {error}") from error
    except strict.LooseError as error:
        raise Unlike(f"{path} is no {called}: {error}") from error


def earlier(path: Path) -> Bench:
    """Read an earlier bench.

    Raises:
        Unlike: the file is none, or has no size of this one.
    """
    found = kept(path, Bench, "bench")
    if not {size.size for size in found.sizes} & set(SIZES):
        raise Unlike(f"{path} has no ratio of {' or '.join(SIZES)} to compare with")
    return found


def problems(sizes: tuple[SizeOutcome, ...], shapes: tuple[ShapeOutcome, ...], before: Bench | None) -> tuple[str, ...]:
    """Say what is no pass: counts that differ, the largest size below what is to be reached, a worse ratio."""
    said = [f"{one.size}: the engine counted otherwise than the plain search" for one in sizes if not one.counts_equal]
    largest = [one for one in sizes if one.size == list(SIZES)[-1]]
    said += [
        f"{one.size}: {one.ratio:g} times as fast, and {REACH:g} is to be reached"
        for one in largest
        if one.ratio < REACH
    ]
    said += [f"{one.shape}: the engine found otherwise than the plain search" for one in shapes if not one.counts_equal]
    known = {} if before is None else {one.size: one.ratio for one in before.sizes}
    said += [
        f"{one.size}: {one.ratio:g} times as fast, and {known[one.size]:g} before"
        for one in sizes
        if one.size in known and one.ratio < WORSE * known[one.size]
    ]
    return tuple(said)


def verdict(said: tuple[str, ...], *, cut: bool) -> Verdict:
    """Judge a bench; one that was cut off is no pass."""
    return Verdict.VIOLATED if said else Verdict.INCONCLUSIVE if cut else Verdict.HOLDS


def lines(bench: Bench) -> Iterator[str]:
    """Say what was measured."""
    yield from _shapes(bench.shapes)
    for one in bench.sizes:
        engine, old = median(one.engine_seconds), median(one.plain_seconds)
        yield (
            f"{one.size}: {size(one.states, one.transitions)}, depth {one.depth}; counts "
            f"{'equal' if one.counts_equal else 'differ, the plain search has ' + many(one.plain_states, 'state')}"
        )
        yield f"  engine {engine:>9,.2f} s {one.states / engine:>12,.0f} states/s{_memory(one.engine_memory)}"
        yield f"  plain  {old:>9,.2f} s {one.plain_states / old:>12,.0f} states/s{_memory(one.plain_memory)}"
        yield f"  ratio  {one.ratio:>9,.1f}, by the medians of {len(one.engine_seconds)}"
    if bench.growth:
        yield ""
        yield f"{'one more':<18}{'states':>12}{'':>8}{'transitions':>14}{'seconds':>10}{'MiB':>8}"
    for grown in bench.growth:
        times = f"x{grown.states / bench.growth[0].states:.1f}" if grown.bound else ""
        mebibytes = f"{grown.memory >> 20:,}" if grown.memory else "?"
        yield (
            f"{grown.bound or '(the base)':<18}{grown.states:>12,}{times:>8}{grown.transitions:>14,}"
            f"{grown.seconds:>10.2f}{mebibytes:>8}"
        )
    yield ""
    yield from bench.problems
    yield f"bench exhaust: {bench.verdict}"


def _shapes(shapes: tuple[ShapeOutcome, ...]) -> Iterator[str]:
    """Say how each shape came out: seconds of the processor, and which of the two was faster."""
    if not shapes:
        return
    yield f"{'shape':<18}{'states':>10}{'transitions':>14}{'engine':>10}{'plain':>10}  the engine is"
    for one in shapes:
        engine, old = median(one.engine_seconds), median(one.plain_seconds)
        times = f"{one.ratio:,.1f} times faster" if one.ratio >= 1 else f"{1 / one.ratio:,.1f} times slower"
        yield f"{one.shape:<18}{one.states:>10,}{one.transitions:>14,}{engine:>10.3f}{old:>10.3f}  {times}"
    yield ""


def _memory(peak: int) -> str:
    return f" {peak >> 20:>7,} MiB at the peak" if peak else ""
