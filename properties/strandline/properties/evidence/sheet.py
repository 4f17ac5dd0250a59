"""How much room a trace takes as a diagram, and what is written where; the drawing is done elsewhere."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.properties.core.line import printable
from strandline.properties.evidence.markup import CLIP
from strandline.properties.evidence.shown import ACTOR, ANSWER, LOG
from strandline.properties.evidence.spacetime import ENVIRONMENT, spacetime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.evidence.shown import StepShown, TraceShown
    from strandline.properties.evidence.spacetime import Burial, Life, Look, Spacetime

COLORS: Final = 6
"""Actors that have a colour of their own; the next one has the first one's again."""

GUTTER: Final = 40  # pixels for the numbers of the steps
LANE: Final = 184  # pixels of an actor's lane
THING: Final = 262  # pixels of a thing's lane
HEAD: Final = 44
LINE: Final = 15  # pixels between two lines of text
PAD: Final = 9
BAR: Final = 12
CHAR: Final = 6.8  # pixels of one character, taken wide
NOTE: Final = 66  # characters of a line of a note
_NAME_MAX: Final = 20  # characters of an actor that stand above its lane
_LINES_MAX: Final = 5  # lines of a value that stand in its lane


class Row(NamedTuple):
    """A step as it stands: its top, the height of its box and of all of it, and what is written there."""

    top: float
    box: float
    tall: float
    title: list[str]
    told: list[tuple[str, str]]

    @property
    def middle(self) -> float:
        """Give the height at which its arrows run."""
        return self.top + self.box / 2


class Events(NamedTuple):
    """What happens in each row: the looks, the values that begin, and those that are put over another one's."""

    looks: dict[int, list[Look]]
    born: dict[int, list[Life]]
    burials: dict[int, list[Burial]]
    buried: frozenset[tuple[str, int]]


class Sheet(NamedTuple):
    """What the parts of a drawing need to know of each other."""

    at: Spacetime
    events: Events
    rows: list[Row]
    first: float
    wide: float
    tall: float
    broken: bool

    def lane(self, actor: str) -> float:
        """Give the middle of an actor's lane."""
        left = GUTTER + (THING if LOG in self.at.things else 0)
        return left + LANE * (self.at.actors.index(actor) + 0.5)

    def thing(self, name: str) -> float:
        """Give the middle of a thing's bar: the log is to the left of all actors, everything else to the right."""
        if name == LOG:
            return GUTTER + THING - 2 * PAD
        others = [one for one in self.at.things if one != LOG]
        left = GUTTER + (THING if LOG in self.at.things else 0) + LANE * len(self.at.actors)
        return left + 2 * PAD + THING * others.index(name)

    def color(self, actor: str | None) -> str:
        """Give the class of an actor's colour."""
        if actor is None:
            return "c-none"
        others = [one for one in self.at.actors if one != ENVIRONMENT]
        return "c0" if actor == ENVIRONMENT else f"c{1 + others.index(actor) % (COLORS - 1)}"


def laid_out(trace: TraceShown, *, broken: bool) -> Sheet:
    """Lay a trace out; ``broken`` tells that its last step breaks the law."""
    at = spacetime(trace)
    events = _events(at)
    firsts = [len(label(life)) for life in events.born.get(0, ())]
    first = HEAD + PAD
    top: float = first + max([1, *firsts]) * LINE + PAD
    rows = []
    for number, step in enumerate(trace.steps, 1):
        title = _lines(step.title, LANE - 36)[:_LINES_MAX]
        told = list(_told(step, events.looks.get(number, [])))
        labels = [len(label(life)) for life in events.born.get(number, ())]
        labels += [2 for _ in events.burials.get(number, ())]
        box = len(title) * LINE + PAD
        tall = max(box + len(told) * LINE, box / 2 + sum(labels) * LINE) + 2 * PAD
        rows.append(Row(top, box, tall, title, told))
        top += tall
    left = THING if LOG in at.things else 0
    wide: float = GUTTER + left + LANE * len(at.actors) + THING * len([one for one in at.things if one != LOG])
    notes = [len(noted(step, number, events)) * LINE + 4 * PAD for number, step in enumerate(trace.steps, 1)]
    wide = max(wide, GUTTER + NOTE * CHAR + 4 * PAD)
    return Sheet(at, events, rows, first, wide, max([top + PAD, *(HEAD + note for note in notes)]), broken)


def _events(at: Spacetime) -> Events:
    looks: dict[int, list[Look]] = {}
    born: dict[int, list[Life]] = {}
    burials: dict[int, list[Burial]] = {}
    for look in at.looks:
        looks.setdefault(look.row, []).append(look)
    for life in at.lives:
        born.setdefault(life.since, []).append(life)
    for burial in at.burials:
        burials.setdefault(burial.row, []).append(burial)
    return Events(looks, born, burials, frozenset((one.buried.thing, one.buried.since) for one in at.burials))


def _lines(said: str, room: float) -> list[str]:
    return wrap(printable(said[:CLIP]), max(8, int(room / CHAR))) or [""]


def _told(step: StepShown, looks: list[Look]) -> Iterator[tuple[str, str]]:
    """Give the lines below a step: what it brought, and whether a full scan says the same."""
    if any(look.past for look in looks):
        yield "said late", "of what was there before"
    for change in step.changes:
        if not change.before:
            kind = "said answer" if change.what == ANSWER else "said"
            yield from ((kind, line) for line in _lines(f"{change.what}: {change.after}", LANE - 20)[:_LINES_MAX])
            if change.what == ANSWER and step.scan is not None:
                yield from _scanned(change.after, step)


def _scanned(answer: str, step: StepShown) -> Iterator[tuple[str, str]]:
    """Say whether a full scan says the same as an answer; a log that moved on meanwhile is no fault of it."""
    same = step.scan == answer
    says, kind = ("as its full scan", "said right") if same else (f"full scan: {step.scan}", "said wrong")
    yield from ((kind, line) for line in _lines(says, LANE - 20)[:_LINES_MAX])
    if step.now is not None and step.now != step.scan:
        yield from (("said late", line) for line in _lines(f"by now the log says: {step.now}", LANE - 20)[:_LINES_MAX])


def label(life: Life) -> list[str]:
    """Give the lines that stand beside a value where it begins."""
    lines = _lines(life.value, THING - 5 * PAD)
    return lines if len(lines) <= _LINES_MAX else [*lines[: _LINES_MAX - 1], f"{lines[_LINES_MAX - 1]} …"]


def named(actor: str) -> str:
    """Give an actor's name in full."""
    if actor == ENVIRONMENT:
        return "environment"
    if ACTOR.fullmatch(actor):
        return f"refresh {actor[1:]}"
    return actor if len(actor) <= _NAME_MAX else f"{actor[:_NAME_MAX]}…"


def noted(step: StepShown, number: int, events: Events) -> list[str]:
    """Say of a step who did what, whom it read from, and each value before and after."""
    lines = [f"{number}. {named(step.actor)}: {step.title}"]
    lines += [f"reads the {look.life.thing}, {_origin(look)}: {look.value}" for look in events.looks.get(number, ())]
    for change in step.changes:
        if change.before:
            lines += [f"{change.what} before: {change.before}", f"{change.what} after:  {change.after}"]
        else:
            lines.append(f"{change.what}: {change.after}")
    lines += [f"a full scan of its snapshot: {step.scan}"] if step.scan is not None else []
    lines += [f"a full scan of the log by then: {step.now}"] if step.now is not None else []
    for burial in events.burials.get(number, ()):
        lines.append(f"puts its {burial.buried.thing} {' '.join(worded(burial))}")
    return lines


def _origin(look: Look) -> str:
    past = ", which is no longer there" if look.past else ""
    if look.life.writer is None:
        return f"as it was at the beginning{past}"
    return f"written by {named(look.life.writer)} in {look.life.since}{past}"


def worded(burial: Burial) -> tuple[str, str]:
    """Say over whose value a writer put its own, and whether it had seen that one."""
    over = f"over what {named(burial.buried.writer or '')} stored in {burial.buried.since},"
    if not burial.unseen:
        return over, f"which it saw in {burial.seen}"
    return over, "which it never saw" + (f": it looked in {burial.seen}" if burial.seen is not None else "")
