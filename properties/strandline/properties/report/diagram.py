"""Draws a trace as a space-time diagram in SVG: a lane for each actor and each thing, time downwards.

A thing's lane is a bar that changes its colour to that of whoever wrote the value; a solid arrow writes, a dashed one
reads, in the colour of whoever wrote what is read. The values before and after a step stand in a note that shows
while the pointer or the keyboard is on the step. No script is needed for any of it.
"""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.properties.report.markup import CLIP, Markup, join, tag
from strandline.properties.report.lanes import printable
from strandline.properties.report.shown import LOG
from strandline.properties.report.spacetime import ENVIRONMENT, spacetime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.report.shown import StepShown, TraceShown
    from strandline.properties.report.spacetime import Burial, Life, Look, Spacetime

COLORS: Final = 6
"""Actors that have a colour of their own; the next one has the first one's again."""

_GUTTER: Final = 40  # pixels for the numbers of the steps
_LANE: Final = 184  # pixels of an actor's lane
_THING: Final = 236  # pixels of a thing's lane
_HEAD: Final = 44
_LINE: Final = 15  # pixels between two lines of text
_PAD: Final = 9
_BAR: Final = 12
_CHAR: Final = 6.8  # pixels of one character, taken wide
_NOTE: Final = 66  # characters of a line of a note
_LINES_MAX: Final = 5  # lines of a value that stand in its lane
_NOTE_LINES_MAX: Final = 30


class _Row(NamedTuple):
    """A step as it stands: its top, the height of its box and of all of it, and what is written in and below the box."""

    top: float
    box: float
    tall: float
    title: list[str]
    told: list[tuple[str, str]]

    @property
    def middle(self) -> float:
        """Give the height at which its arrows run."""
        return self.top + self.box / 2


class _Events(NamedTuple):
    """What happens in each row: the looks, the values that begin, and those that are put over another one's."""

    looks: dict[int, list[Look]]
    born: dict[int, list[Life]]
    burials: dict[int, list[Burial]]
    buried: frozenset[tuple[str, int]]


class _Sheet(NamedTuple):
    """What the parts of a drawing need to know of each other."""

    at: Spacetime
    events: _Events
    rows: list[_Row]
    first: float
    wide: float
    tall: float
    broken: bool

    def lane(self, actor: str) -> float:
        """Give the middle of an actor's lane."""
        left = _GUTTER + (_THING if LOG in self.at.things else 0)
        return left + _LANE * (self.at.actors.index(actor) + 0.5)

    def thing(self, name: str) -> float:
        """Give the middle of a thing's bar: the log is to the left of all actors, everything else to the right."""
        if name == LOG:
            return _GUTTER + _THING - 2 * _PAD
        others = [one for one in self.at.things if one != LOG]
        left = _GUTTER + (_THING if LOG in self.at.things else 0) + _LANE * len(self.at.actors)
        return left + 2 * _PAD + _THING * others.index(name)

    def color(self, actor: str | None) -> str:
        """Give the class of an actor's colour."""
        return "c-none" if actor is None else f"c{self.at.actors.index(actor) % COLORS}"


def diagram(trace: TraceShown, title: str, *, broken: bool) -> Markup:
    """Draw a trace; ``broken`` tells that its last step breaks the law."""
    sheet = _sheet(trace, broken=broken)
    steps = list(zip(range(1, len(trace.steps) + 1), trace.steps, sheet.rows, strict=True))
    return tag(
        "svg",
        tag("title", title),
        *_heads(sheet),
        *_lifelines(sheet),
        *(part for life in sheet.at.lives for part in _life(sheet, life)),
        *(_step(sheet, number, step, row) for number, step, row in steps),
        *(_note(sheet, number, step, row) for number, step, row in steps),
        class_="spacetime",
        viewBox=f"0 0 {sheet.wide:g} {sheet.tall:g}",
        width=sheet.wide,
        height=sheet.tall,
        role="group",
        aria_label=title,
    )


def named(actor: str) -> str:
    """Give an actor's name in full."""
    if actor == ENVIRONMENT:
        return "environment"
    return f"refresh {actor[1:]}" if re.fullmatch(r"r\d{1,4}", actor) else actor


def _sheet(trace: TraceShown, *, broken: bool) -> _Sheet:
    at = spacetime(trace)
    events = _events(at)
    firsts = [len(_label(life)) for life in events.born.get(0, ())]
    first = top = _HEAD + _PAD
    top += max([1, *firsts]) * _LINE + _PAD
    rows = []
    for number, step in enumerate(trace.steps, 1):
        title = _lines(step.title, _LANE - 36)[:_LINES_MAX]
        told = list(_told(step))
        labels = [len(_label(life)) for life in events.born.get(number, ())]
        labels += [2 for _ in events.burials.get(number, ())]
        box = len(title) * _LINE + _PAD
        tall = max(box + len(told) * _LINE, box / 2 + sum(labels) * _LINE) + 2 * _PAD
        rows.append(_Row(top, box, tall, title, told))
        top += tall
    left = _THING if LOG in at.things else 0
    wide = _GUTTER + left + _LANE * len(at.actors) + _THING * len([one for one in at.things if one != LOG])
    notes = [len(_noted(step, number, events)) * _LINE + 4 * _PAD for number, step in enumerate(trace.steps, 1)]
    wide = max(wide, _GUTTER + _NOTE * _CHAR + 4 * _PAD)
    return _Sheet(at, events, rows, first, wide, max([top + _PAD, *(_HEAD + note for note in notes)]), broken)


def _events(at: Spacetime) -> _Events:
    looks: dict[int, list[Look]] = {}
    born: dict[int, list[Life]] = {}
    burials: dict[int, list[Burial]] = {}
    for look in at.looks:
        looks.setdefault(look.row, []).append(look)
    for life in at.lives:
        born.setdefault(life.since, []).append(life)
    for burial in at.burials:
        burials.setdefault(burial.row, []).append(burial)
    return _Events(looks, born, burials, frozenset((one.buried.thing, one.buried.since) for one in at.burials))


def _lines(said: str, room: float) -> list[str]:
    return wrap(printable(said[:CLIP]), max(8, int(room / _CHAR))) or [""]


def _told(step: StepShown) -> Iterator[tuple[str, str]]:
    """Give the lines below a step: what it brought, and whether a full scan says the same."""
    for change in step.changes:
        if not change.before:
            kind = "said answer" if change.what == "answer" else "said"
            yield from ((kind, line) for line in _lines(f"{change.what}: {change.after}", _LANE - 20)[:_LINES_MAX])
            if change.what == "answer" and step.scan is not None:
                same = step.scan == change.after
                says = "as a full scan says" if same else f"full scan: {step.scan}"
                kind = "said right" if same else "said wrong"
                yield from ((kind, line) for line in _lines(says, _LANE - 20)[:_LINES_MAX])


def _heads(sheet: _Sheet) -> Iterator[Markup]:
    for thing in sheet.at.things:
        anchor = "end" if thing == LOG else "start"
        yield tag(
            "text",
            f"the {thing}",
            x=sheet.thing(thing) + (_BAR / 2 if thing == LOG else -_BAR / 2),
            y=24,
            class_="head",
            text_anchor=anchor,
        )
    for actor in sheet.at.actors:
        yield tag(
            "text", named(actor), x=sheet.lane(actor), y=24, class_=f"head {sheet.color(actor)}", text_anchor="middle"
        )
    yield tag("line", x1=0, x2=sheet.wide, y1=_HEAD - 8, y2=_HEAD - 8, class_="rule")


def _lifelines(sheet: _Sheet) -> Iterator[Markup]:
    end = sheet.rows[-1].top + sheet.rows[-1].tall if sheet.rows else sheet.tall
    for actor in sheet.at.actors:
        x = sheet.lane(actor)
        yield tag("line", x1=x, x2=x, y1=_HEAD, y2=end, class_="idle")
    for flight in sheet.at.flights:
        x = sheet.lane(flight.actor)
        y1, y2 = (sheet.rows[row - 1].middle for row in (flight.since, flight.until))
        yield tag("line", x1=x, x2=x, y1=y1, y2=y2, class_=f"flight {sheet.color(flight.actor)}")


def _label(life: Life) -> list[str]:
    lines = _lines(life.value, _THING - 5 * _PAD)
    return lines if len(lines) <= _LINES_MAX else [*lines[: _LINES_MAX - 1], f"{lines[_LINES_MAX - 1]} …"]


def _life(sheet: _Sheet, life: Life) -> Iterator[Markup]:
    """Draw one value: its stretch of the bar, and what it is beside it, at its top."""
    x, log = sheet.thing(life.thing), life.thing == LOG
    end = sheet.rows[-1].top + sheet.rows[-1].tall if sheet.rows else sheet.tall
    top = sheet.first - 2 if life.since == 0 else sheet.rows[life.since - 1].middle
    bottom = end if life.until is None else sheet.rows[life.until - 1].middle - 4
    color = sheet.color(life.writer)
    yield tag("rect", x=x - _BAR / 2, y=top, width=_BAR, height=max(2, bottom - top), rx=3, class_=f"bar {color}")
    beside = {"x": x - _BAR if log else x + _BAR, "text_anchor": "end" if log else "start"}
    y = top + 11
    for burial in sheet.events.burials.get(life.since, ()):
        if burial.buried.thing == life.thing:
            for line in _burial(burial):
                yield tag("text", line, y=y, class_="buries", **beside)
                y += _LINE
    for line in _label(life):
        yield tag("text", line, y=y, class_="value", **beside)
        y += _LINE
    if (life.thing, life.since) in sheet.events.buried:
        yield _cross(x, bottom + 2)


def _burial(burial: Burial) -> tuple[str, str]:
    over = f"over what {named(burial.buried.writer or '')} wrote in {burial.buried.since},"
    looked = "never looked at" if burial.seen is None else f"last looked at in {burial.seen}"
    return over, f"{looked}{': unseen' if burial.unseen else ''}"


def _cross(x: float, y: float) -> Markup:
    arm = _BAR * 0.6
    return tag(
        "path",
        d=f"M{x - arm:g} {y - arm:g}L{x + arm:g} {y + arm:g}M{x - arm:g} {y + arm:g}L{x + arm:g} {y - arm:g}",
        class_="cross",
    )


def _step(sheet: _Sheet, number: int, step: StepShown, row: _Row) -> Markup:
    """Draw a step: its box in its actor's lane, its arrows, and what it brought."""
    x, half = sheet.lane(step.actor), _LANE / 2 - _PAD
    last = sheet.broken and number == len(sheet.rows)
    box = tag("rect", x=x - half, y=row.top, width=2 * half, height=row.box, rx=6, class_="box")
    title = (
        tag("text", line, x=x, y=row.top + _PAD / 2 + 11 + place * _LINE, class_="title", text_anchor="middle")
        for place, line in enumerate(row.title)
    )
    told = (
        tag("text", line, x=x, y=row.top + row.box + 12 + place * _LINE, class_=kind, text_anchor="middle")
        for place, (kind, line) in enumerate(row.told)
    )
    return tag(
        "g",
        tag("rect", x=0, y=row.top - _PAD / 2, width=sheet.wide, height=row.tall - 2, class_="row", rx=4),
        tag("text", f"{number}", x=_GUTTER - 14, y=row.middle + 4, class_="number", text_anchor="end"),
        *_arrows(sheet, number, step, row),
        box,
        *title,
        *told,
        class_=f"step s{number} {sheet.color(step.actor)}{' breaks' if last else ''}",
        tabindex="0",
        role="img",
        aria_label=". ".join(_noted(step, number, sheet.events)),
    )


def _arrows(sheet: _Sheet, number: int, step: StepShown, row: _Row) -> Iterator[Markup]:
    x, half = sheet.lane(step.actor), _LANE / 2 - _PAD
    looks, written = sheet.events.looks.get(number, []), sheet.events.born.get(number, [])
    both = {look.life.thing for look in looks} & {life.thing for life in written}
    for look in looks:
        y = row.middle - (6 if look.life.thing in both else 0)
        side = -1 if look.life.thing == LOG else 1
        yield _arrow(
            sheet.thing(look.life.thing) - side * _BAR / 2, x + side * half, y, f"reads {sheet.color(look.life.writer)}"
        )
    for life in written:
        y = row.middle + (6 if life.thing in both else 0)
        side = -1 if life.thing == LOG else 1
        yield _arrow(
            x + side * half, sheet.thing(life.thing) - side * _BAR / 2, y, f"writes {sheet.color(life.writer)}"
        )


def _arrow(start: float, end: float, y: float, kind: str) -> Markup:
    back = -7 if end > start else 7
    return join(
        tag("line", x1=start, x2=end + back, y1=y, y2=y, class_=f"arrow {kind}"),
        tag("path", d=f"M{end:g} {y:g}l{back} -4v8z", class_=f"tip-of {kind}"),
    )


def _noted(step: StepShown, number: int, events: _Events) -> list[str]:
    """Say of a step who did what, whom it read from, and each value before and after."""
    lines = [f"{number}  {named(step.actor)}: {step.title}"]
    for look in events.looks.get(number, ()):
        lines.append(f"reads the {look.life.thing}, {_origin(look)}: {look.life.value}")
    for change in step.changes:
        if change.before:
            lines += [f"{change.what} before: {change.before}", f"{change.what} after:  {change.after}"]
        else:
            lines.append(f"{change.what}: {change.after}")
    lines += [f"a full scan: {step.scan}"] if step.scan is not None else []
    for burial in events.burials.get(number, ()):
        lines.append(f"puts its {burial.buried.thing} {' '.join(_burial(burial))}")
    return lines


def _origin(look: Look) -> str:
    if look.life.writer is None:
        return "as it was at the beginning"
    return f"written by {named(look.life.writer)} in {look.life.since}"


def _note(sheet: _Sheet, number: int, step: StepShown, row: _Row) -> Markup:
    """Write the note of a step: below it if there is room, else above."""
    lines = [
        (place, folded, line)
        for place, said in enumerate(_noted(step, number, sheet.events))
        for folded, line in enumerate(wrap(printable(said[:CLIP]), _NOTE, subsequent_indent="    "))
    ][:_NOTE_LINES_MAX]
    wide, tall = _NOTE * _CHAR + 2 * _PAD, len(lines) * _LINE + 2 * _PAD
    x = max(_PAD, min(sheet.lane(step.actor) - wide / 2, sheet.wide - wide - _PAD))
    below = row.top + row.tall
    y = below if below + tall <= sheet.tall else max(2, row.top - _PAD - tall)
    said = (
        tag(
            "text",
            line.strip(),
            x=x + _PAD + (24 if folded else 0),
            y=y + _PAD + 11 + at * _LINE,
            class_="note-head" if place == 0 else "note-line",
        )
        for at, (place, folded, line) in enumerate(lines)
    )
    return tag(
        "g",
        tag("rect", x=x, y=y, width=wide, height=tall, rx=6, class_="paper"),
        *said,
        class_=f"note n{number}",
        aria_hidden="true",
    )
