"""Draws a trace as a space-time diagram in SVG: a lane for each actor and each thing, time downwards.

A thing's lane is a bar that changes its colour to that of whoever wrote the value; a solid arrow writes, a dashed one
reads, in the colour of whoever wrote what is read. The values before and after a step stand in a note that shows
while the pointer or the keyboard is on the step. No script is needed for any of it.
"""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from strandline.properties.core.line import printable
from strandline.properties.evidence.markup import CLIP, Markup, join, tag
from strandline.properties.evidence.sheet import (
    BAR,
    CHAR,
    GUTTER,
    HEAD,
    LANE,
    LINE,
    NOTE,
    PAD,
    label,
    laid_out,
    named,
    noted,
    worded,
)
from strandline.properties.evidence.shown import LOG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.evidence.sheet import Row, Sheet
    from strandline.properties.evidence.shown import StepShown, TraceShown
    from strandline.properties.evidence.spacetime import Life

_NOTE_LINES_MAX: Final = 30


def diagram(trace: TraceShown, title: str, *, broken: bool) -> Markup:
    """Draw a trace; ``broken`` tells that its last step breaks the law."""
    sheet = laid_out(trace, broken=broken)
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


def _heads(sheet: Sheet) -> Iterator[Markup]:
    for thing in sheet.at.things:
        anchor = "end" if thing == LOG else "start"
        yield tag(
            "text",
            f"the {thing}",
            x=sheet.thing(thing) + (BAR / 2 if thing == LOG else -BAR / 2),
            y=24,
            class_="head",
            text_anchor=anchor,
        )
    for actor in sheet.at.actors:
        yield tag(
            "text", named(actor), x=sheet.lane(actor), y=24, class_=f"head {sheet.color(actor)}", text_anchor="middle"
        )
    yield tag("line", x1=0, x2=sheet.wide, y1=HEAD - 8, y2=HEAD - 8, class_="rule")


def _lifelines(sheet: Sheet) -> Iterator[Markup]:
    end = sheet.rows[-1].top + sheet.rows[-1].tall if sheet.rows else sheet.tall
    for actor in sheet.at.actors:
        x = sheet.lane(actor)
        yield tag("line", x1=x, x2=x, y1=HEAD, y2=end, class_="idle")
    for flight in sheet.at.flights:
        x = sheet.lane(flight.actor)
        y1, y2 = (sheet.rows[row - 1].middle for row in (flight.since, flight.until))
        yield tag("line", x1=x, x2=x, y1=y1, y2=y2, class_=f"flight {sheet.color(flight.actor)}")


def _life(sheet: Sheet, life: Life) -> Iterator[Markup]:
    """Draw one value: its stretch of the bar, and what it is beside it, at its top."""
    x, log = sheet.thing(life.thing), life.thing == LOG
    end = sheet.rows[-1].top + sheet.rows[-1].tall if sheet.rows else sheet.tall
    top = sheet.first - 2 if life.since == 0 else sheet.rows[life.since - 1].middle
    bottom = end if life.until is None else sheet.rows[life.until - 1].middle - 4
    color = sheet.color(life.writer)
    yield tag("rect", x=x - BAR / 2, y=top, width=BAR, height=max(2, bottom - top), rx=3, class_=f"bar {color}")
    beside = {"x": x - BAR if log else x + BAR, "text_anchor": "end" if log else "start"}
    y = top + 11
    for burial in sheet.events.burials.get(life.since, ()):
        if burial.buried.thing == life.thing:
            for line in worded(burial):
                yield tag("text", line, y=y, class_="buries", **beside)
                y += LINE
    for line in label(life):
        yield tag("text", line, y=y, class_="value", **beside)
        y += LINE
    if (life.thing, life.since) in sheet.events.buried:
        yield _cross(x, bottom + 2)


def _cross(x: float, y: float) -> Markup:
    arm = BAR * 0.6
    return tag(
        "path",
        d=f"M{x - arm:g} {y - arm:g}L{x + arm:g} {y + arm:g}M{x - arm:g} {y + arm:g}L{x + arm:g} {y - arm:g}",
        class_="cross",
    )


def _step(sheet: Sheet, number: int, step: StepShown, row: Row) -> Markup:
    """Draw a step: its box in its actor's lane, its arrows, and what it brought."""
    x, half = sheet.lane(step.actor), LANE / 2 - PAD
    last = sheet.broken and number == len(sheet.rows)
    box = tag("rect", x=x - half, y=row.top, width=2 * half, height=row.box, rx=6, class_="box")
    title = (
        tag("text", line, x=x, y=row.top + PAD / 2 + 11 + place * LINE, class_="title", text_anchor="middle")
        for place, line in enumerate(row.title)
    )
    told = (
        tag("text", line, x=x, y=row.top + row.box + 12 + place * LINE, class_=kind, text_anchor="middle")
        for place, (kind, line) in enumerate(row.told)
    )
    return tag(
        "g",
        tag("rect", x=0, y=row.top - PAD / 2, width=sheet.wide, height=row.tall - 2, class_="row", rx=4),
        tag("text", f"{number}", x=GUTTER - 14, y=row.middle + 4, class_="number", text_anchor="end"),
        *_arrows(sheet, number, step, row),
        box,
        *_plate(row, x),
        *title,
        *told,
        class_=f"step s{number} {sheet.color(step.actor)}{' breaks' if last else ''}",
        tabindex="0",
        role="img",
        aria_label=". ".join(noted(step, number, sheet.events)),
    )


def _plate(row: Row, x: float) -> Iterator[Markup]:
    """Lay something under the lines below a box, so that no lifeline runs through them."""
    if row.told:
        wide = max(len(line) for _, line in row.told) * CHAR
        yield tag(
            "rect", x=x - wide / 2, y=row.top + row.box + 3, width=wide, height=len(row.told) * LINE, class_="plate"
        )


def _arrows(sheet: Sheet, number: int, step: StepShown, row: Row) -> Iterator[Markup]:
    x, half = sheet.lane(step.actor), LANE / 2 - PAD
    looks, written = sheet.events.looks.get(number, []), sheet.events.born.get(number, [])
    both = {look.life.thing for look in looks} & {life.thing for life in written}
    for look in looks:
        y = row.middle - (6 if look.life.thing in both else 0)
        side = -1 if look.life.thing == LOG else 1
        yield _arrow(
            sheet.thing(look.life.thing) - side * BAR / 2, x + side * half, y, f"reads {sheet.color(look.life.writer)}"
        )
    for life in written:
        y = row.middle + (6 if life.thing in both else 0)
        side = -1 if life.thing == LOG else 1
        yield _arrow(x + side * half, sheet.thing(life.thing) - side * BAR / 2, y, f"writes {sheet.color(life.writer)}")


def _arrow(start: float, end: float, y: float, kind: str) -> Markup:
    back = -7 if end > start else 7
    return join(
        tag("line", x1=start, x2=end + back, y1=y, y2=y, class_=f"arrow {kind}"),
        tag("path", d=f"M{end:g} {y:g}l{back} -4v8z", class_=f"tip-of {kind}"),
    )


def _note(sheet: Sheet, number: int, step: StepShown, row: Row) -> Markup:
    """Write the note of a step: below it if there is room, else above."""
    lines = [
        (place, folded, line)
        for place, said in enumerate(noted(step, number, sheet.events))
        for folded, line in enumerate(wrap(printable(said[:CLIP]), NOTE, subsequent_indent="    "))
    ][:_NOTE_LINES_MAX]
    wide, tall = NOTE * CHAR + 2 * PAD, len(lines) * LINE + 2 * PAD
    x = max(PAD, min(sheet.lane(step.actor) - wide / 2, sheet.wide - wide - PAD))
    below = row.top + row.tall
    y = below if below + tall <= sheet.tall else max(2, row.top - PAD - tall)
    said = (
        tag(
            "text",
            line.strip(),
            x=x + PAD + (24 if folded else 0),
            y=y + PAD + 11 + at * LINE,
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
