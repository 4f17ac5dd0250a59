"""What a bench of the scanner comes to: one document, its verdict, and the lines that people read."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from strandline.properties.core.counting import many
from strandline.properties.evidence.document import RunOutcome  # noqa: TC001 - msgspec reads the annotations
from strandline.properties.systems.memo.bench.scanning import COLD, LIKE, ONE, RESTART, UNCHANGED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.systems.memo.bench.scanning import Point

WORSE: Final = 1.33
"""A point that takes more than so many times as long as before, as a share of the bare statement, is worse."""

TINY: Final = 0.001
"""Seconds below which a point is not compared: a machine that is busy doubles it."""

MANY: Final = "50,000 sources, 1 appended"


class PointOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One point: the seconds of each run, their median as a share of the bare statement, and what one refresh read."""

    name: str
    seconds: tuple[float, ...]
    ratio: float
    rows: int
    keys: int
    pages: int | None
    agrees: bool | None


class LogOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One log: how many rows and bytes it was asked to have, what was measured on it, and the peak of a cold scan."""

    rows: int
    bytes: int
    points: tuple[PointOutcome, ...]
    memory: int


class ScannerBench(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The document; ``goals`` are what is to be reached, each with whether it is, ``problems`` why it is no pass."""

    version: Literal[1]
    verdict: str
    problems: tuple[str, ...]
    goals: tuple[tuple[str, bool], ...]
    sources: dict[str, str]
    logs: tuple[LogOutcome, ...]
    run: RunOutcome


def log_outcome(rows: int, size: int, points: tuple[Point, ...], memory: int) -> LogOutcome:
    """Sum up what was measured on one log."""
    bare = next(point for point in points if point.name == LIKE).median
    return LogOutcome(
        rows,
        size,
        tuple(
            PointOutcome(
                point.name,
                tuple(round(one, 6) for one in point.seconds),
                round(point.median / bare, 6),
                point.rows,
                point.keys,
                point.pages,
                point.agrees,
            )
            for point in points
        ),
        memory,
    )


def problems(logs: tuple[LogOutcome, ...], before: ScannerBench | None) -> tuple[str, ...]:
    """Say what is no pass: an answer that is not the oracle's, a point that takes longer than before."""
    said = [
        f"{many(log.rows, 'row')}, {one.name}: not the oracle's answer"
        for log in logs
        for one in log.points
        if one.agrees is False
    ]
    known = (
        {} if before is None else {(log.rows, log.bytes, one.name): one for log in before.logs for one in log.points}
    )
    for log in logs:
        for one in log.points:
            old = known.get((log.rows, log.bytes, one.name))
            if old is not None and median(one.seconds) >= TINY and one.ratio > WORSE * old.ratio:
                ratios = f"{one.ratio:.4g} of the bare statement, {old.ratio:.4g} before"
                said.append(f"{many(log.rows, 'row')}, {one.name}: {ratios}")
    return tuple(said)


def goals(logs: tuple[LogOutcome, ...]) -> tuple[tuple[str, bool], ...]:
    """Tell of each thing that is to be reached on the first log whether it is; one that is not decides nothing."""
    found = {one.name: one for one in logs[0].points}
    cold, restart = (median(found[name].seconds) for name in (COLD, RESTART))
    few = f"500 sources, {ONE}"
    reached = [
        (f"a cold refresh takes at most 1.0 of the bare statement: {found[COLD].ratio:.2f}", found[COLD].ratio <= 1),
        (f"a restart takes at most 1 % of a cold refresh: {restart / cold:.2%}", restart <= cold / 100),
        _below(UNCHANGED, median(found[UNCHANGED].seconds), 50e-6),
        _below(few, median(found[few].seconds), 2e-3),
        _below(MANY, median(found[MANY].seconds), 3e-3),
    ]
    small = {one.name: one for log in logs[1:] for one in log.points}
    pages, fewer = found[few].pages, small[few].pages if few in small else None
    if pages and fewer:
        said = f"ten times the log changes the pages that a refresh reads by under 10 %: {fewer} and {pages}"
        reached.append((said, abs(pages - fewer) < fewer / 10))
    return tuple(reached)


def _below(name: str, seconds: float, most: float) -> tuple[str, bool]:
    return f"{name} takes at most {most * 1e6:,.0f} us: {seconds * 1e6:,.1f}", seconds <= most


def lines(bench: ScannerBench) -> Iterator[str]:
    """Say what was measured."""
    for log in bench.logs:
        memory = f", {log.memory >> 20:,} MiB at the peak of a cold scan" if log.memory else ""
        yield f"{many(log.rows, 'row')}, {log.bytes:,} bytes{memory}"
        yield f"  {'':<28}{'ms':>12}{'of LIKE':>10}{'runs':>6}{'rows':>9}{'keys':>9}{'pages':>9}  oracle"
        for one in log.points:
            agrees = "" if one.agrees is None else "agrees" if one.agrees else "DIFFERS"
            pages = "" if one.pages is None else f"{one.pages:,}"
            yield (
                f"  {one.name:<28}{median(one.seconds) * 1000:>12,.3f}{one.ratio:>10.4f}{len(one.seconds):>6}"
                f"{one.rows:>9,}{one.keys:>9,}{pages:>9}  {agrees}"
            ).rstrip()
        yield ""
    for said, reached in bench.goals:
        yield f"{'reached' if reached else 'NOT REACHED'}: {said}"
    yield from bench.problems
    yield f"bench scanner: {bench.verdict}"
