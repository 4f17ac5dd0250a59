"""A trace as lanes, in plain text: one column for each actor, time runs down.

It is to be read by a person who has never seen the code, in a terminal or in a pull request, so it stays within
:data:`WIDTH` columns and uses nothing but printable characters.
"""

from __future__ import annotations

from itertools import chain
from textwrap import wrap
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from strandline.properties.core.counting import many
from strandline.properties.core.line import printable
from strandline.properties.core.verdict import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from strandline.properties.core.verdict import Exhibit, Frame

WIDTH: Final = 100
"""Columns of text, at most."""

LEGEND: Final = (
    "Time runs down. r1, r2, ... are refreshes that share one memo; env is everybody else: whoever writes the log, "
    "moves its file or drops the memo. Below a step stands what it changed, before -> after."
)
"""How a drawing is read, by somebody who sees one for the first time."""

OWN_LEGEND: Final = (
    "Time runs down. There is a column for each actor; env is nobody in particular. Below a step stands what it "
    "changed, before -> after."
)
"""How the drawing of somebody's own world is read."""

BROKEN_HERE: Final = "** broken here"

_MARGIN: Final = 6  # the step number and two spaces
_LANE_MAX: Final = 34
_LANE_MIN: Final = 8
_INDENT: Final = 2  # of a change, against the step that made it


class Quotable(Protocol):
    """A law as a drawing quotes it."""

    @property
    def number(self) -> str:
        """What it is called by."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def says(self) -> str:
        """What it says, in the words that fit what was judged."""


class Quoted(NamedTuple):
    """A law in the words of a document."""

    number: str
    name: str
    says: str


def lanes(exhibit: Exhibit, laws: Sequence[Quotable], replay: str | None = None) -> list[str]:
    """Draw a trace that was taken again.

    Args:
        exhibit: what came of it.
        laws: the laws, in the words that fit what was judged.
        replay: the line that replays it, if there is one; it comes last.
    """
    broken = exhibit.at, exhibit.trace.law
    lines = [*head(exhibit), *drawn(exhibit.frames, called(exhibit), broken), *foot(exhibit, laws)]
    if replay is not None:
        lines += ["", "take it again:", f"  {replay}"]
    return lines


def head(exhibit: Exhibit) -> list[str]:
    """Say what trace it is, how its drawing is read, and what stands there before the first step."""
    trace = exhibit.trace
    steps = len(trace.steps)
    told = f"{trace.law} on {trace.subject}, world {trace.world}, {many(steps, 'step')}"
    lines = wrap(printable(told), WIDTH)
    if exhibit.first:
        lines += wrap(LEGEND if exhibit.actors is None else OWN_LEGEND, WIDTH)
        lines += ["", *_fold(f"at first  {', '.join(f'{what}: {value}' for what, value in exhibit.first)}", "")]
    return [*lines, ""]


def foot(exhibit: Exhibit, laws: Sequence[Quotable]) -> list[str]:
    """Say how a trace ends: the law, and what was wrong."""
    return ["", *_verdict(exhibit, laws), *chain.from_iterable(_fold(line, "  ") for line in exhibit.ending)]


def who(actor: int | None) -> str:
    """Name an actor: the environment, or a refresh by its number, from 1."""
    return "env" if actor is None else f"r{actor + 1}"


def called(exhibit: Exhibit) -> Callable[[int | None], str]:
    """Give how the actors of a trace are called."""
    actors = exhibit.actors
    return who if actors is None else lambda actor: who(actor) if actor is None else actors[actor]


def drawn(
    frames: tuple[Frame, ...],
    named: Callable[[int | None], str] = who,
    broken: tuple[int | None, str] = (None, ""),
) -> Iterator[str]:
    """Draw steps, one column for each actor, whom ``named`` gives a head; ``broken`` is the step that broke a law."""
    for block in blocks(frames, named, broken):
        yield from block


def blocks(
    frames: tuple[Frame, ...],
    named: Callable[[int | None], str] = who,
    broken: tuple[int | None, str] = (None, ""),
) -> Iterator[list[str]]:
    """Draw steps as :func:`drawn` does: the head, then each step by itself; nothing if there is no step."""
    actors = sorted({frame.actor for frame in frames}, key=lambda actor: -1 if actor is None else actor)
    if not actors:
        return
    wide = max(_LANE_MIN, min(_LANE_MAX, (WIDTH - _MARGIN) // len(actors)))
    heads = [printable(named(actor))[: wide - 2] for actor in actors]
    yield [_row("", heads, wide), _row("", ["-" * (wide - 2)] * len(actors), wide)]
    for number, frame in enumerate(frames, 1):
        lane = actors.index(frame.actor)
        block = []
        for count, line in enumerate(wrap(printable(frame.title), wide - 2) or [""]):
            cells = ["|"] * len(actors)
            cells[lane] = line
            block.append(_row("" if count else f"{number}", cells, wide))
        for change in frame.changes:
            block += _changed(change, lane, len(actors), wide)
        at, law = broken
        if at == number:
            block += _changed(Change(BROKEN_HERE, "", law), lane, len(actors), wide)
        yield block


def _row(number: str, cells: list[str], wide: int) -> str:
    return (f"{number:>{_MARGIN - 2}}  " + "".join(cell.ljust(wide) for cell in cells)).rstrip()


def _changed(change: Change, lane: int, count: int, wide: int) -> Iterator[str]:
    """Write a change below its step: from its lane to the right, and further left if it is too long for that."""
    start = _MARGIN + lane * wide + _INDENT
    lines = _worded(change, WIDTH - start)
    start = max(_MARGIN + _INDENT, min(start, WIDTH - max(map(len, lines))))
    bars = (" " * _MARGIN + "|".ljust(wide) * count).ljust(WIDTH)
    own = _MARGIN + lane * wide
    bars = f"{bars[:own]} {bars[own + 1 :]}"
    for line in lines:
        # A bar that touches the text would look like a part of it.
        yield f"{bars[: start - 1]} {line} {bars[start + len(line) + 1 :]}".rstrip()


def _worded(change: Change, room: int) -> list[str]:
    """Put a change in words: on one line if that fits or nothing does, else the state after under the one before."""
    what, before, after = (printable(part) for part in change)
    most = WIDTH - _MARGIN - _INDENT
    one = f"{what}: {before} -> {after}" if before else f"{what}: {after}"
    hang = " " * min(len(what) + len(": "), most // 2)
    two = wrap(f"{what}: {before or after}", most, subsequent_indent=hang)
    if before:
        two += wrap(after, most, initial_indent=f"{hang[len('-> ') :]}-> ", subsequent_indent=hang)
    on_one_line = len(one) <= room or (max(map(len, two)) > room and len(one) <= most)
    return [one] if on_one_line else two


def _verdict(exhibit: Exhibit, laws: Sequence[Quotable]) -> Iterator[str]:
    trace = exhibit.trace
    law = next((law for law in laws if law.number == trace.law), None)
    name = printable(f"{trace.law} {law.name}" if law else trace.law)
    if exhibit.broken:
        yield f"{name} is broken:"
    elif exhibit.fits < len(trace.steps):
        yield from _fold(unfinished(exhibit), "")
    elif not exhibit.judged:
        yield f"Nothing happens in these steps that {name} could judge. This is not a pass."
    else:
        yield f"{name} holds on these steps."
    if law is not None:
        yield from _fold(law.says, "  ")


def unfinished(exhibit: Exhibit) -> str:
    """Say where and why a trace was not taken to its end."""
    steps, taken = exhibit.trace.steps, exhibit.fits
    if not exhibit.why:
        return f"Ended after step {taken} of {len(steps)}, as asked for: the law is not judged. This is not a pass."
    step = steps[taken]
    return (
        f"The trace fits no longer: step {taken + 1}, {step.name} by {called(exhibit)(step.actor)}, cannot be taken: "
        f"{exhibit.why}. This is not a pass."
    )


def _fold(text: str, indent: str) -> list[str]:
    return wrap(printable(text), WIDTH, initial_indent=indent, subsequent_indent=indent, drop_whitespace=True) or [""]
