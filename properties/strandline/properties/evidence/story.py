"""The story of one violation on a page: the law, the diagram, what was answered, the steps, how to take them again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from strandline.properties.core.counting import many
from strandline.properties.evidence.diagram import diagram
from strandline.properties.evidence.markup import Markup, items, join, section, table, tag
from strandline.properties.evidence.replay import OWN, is_own
from strandline.properties.evidence.sheet import named, worded
from strandline.properties.evidence.shown import ANSWER
from strandline.properties.evidence.spacetime import spacetime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.evidence.document import Claims
    from strandline.properties.evidence.replay import TraceFile
    from strandline.properties.evidence.shown import ChangeShown, StepShown, TraceShown

_SAYS: Final = re.compile(r"([A-Za-z][A-Za-z ]{0,30}):\s{2,}(.*)")


def stories(claims: Claims) -> Iterator[Markup]:
    """Tell each violation: the law, its picture, the answer beside the full scan, the steps, how to take them again."""
    laws = {law.law: law for law in claims.laws}
    for name, trace in claims.shown.items():
        file = claims.traces[name]
        law = laws.get(file.law)
        count = len(trace.steps)
        title = f"{law.called if law else file.law}: broken in {many(count, 'step')}"
        yield section(
            anchor(name),
            title,
            *((tag("p", law.statement),) if law else ()),
            _figure(trace, title, broken=trace.at == count),
            *((tag("p", law.why, class_="soft"),) if law else ()),
            tag("p", f"World {file.world}, subject {file.subject.removeprefix(OWN)}.", class_="soft"),
            *_ending(trace),
            *_in_short(trace),
            *_answers(trace),
            tag("details", tag("summary", "Step by step"), _steps(trace, broken=trace.at == count), open="open"),
            *_again(file),
        )


def _again(file: TraceFile) -> Iterator[Markup]:
    """Tell how to take a trace again; one that cannot be has no steps in its file."""
    if file.steps:
        how = tag("p", "Give this to ", tag("code", f"strandline replay{_world(file)} -"), " on its standard input.")
        code = tag("pre", tag("code", msgspec.json.encode(file).decode()))
        yield tag("details", tag("summary", "Take it again"), how, code)


def _world(file: TraceFile) -> str:
    return f" --world {file.subject.removeprefix(OWN)}" if is_own(file) else ""


def anchor(name: str) -> str:
    """Give the name of the place on the page where a trace is told, by the name of its file."""
    return f"trace-{name.removesuffix('.json')}"


def _figure(trace: TraceShown, title: str, *, broken: bool) -> Markup:
    caption = tag(
        "figcaption",
        "Time runs down. The bars are what is shared, each stretch in the colour of whoever wrote it. A solid arrow "
        "writes, a dashed one reads, in the colour of whoever wrote what is read; ✕ marks what another refresh wrote "
        "over. Point at a step, or move to it with the Tab key, to see what was before and after.",
    )
    drawn = tag(
        "div", diagram(trace, title, broken=broken), class_="scroll", tabindex="0", role="region", aria_label=title
    )
    return tag("figure", drawn, caption)


def _ending(trace: TraceShown) -> Iterator[Markup]:
    """Put what was wrong side by side, with the items in which an answer and the full scan differ marked."""
    said = [_SAYS.fullmatch(line) for line in trace.ending]
    pairs = {match[1]: match[2] for match in said if match}
    answer, scan = pairs.get("the answer"), pairs.get("the full scan")
    cards = [
        tag(
            "div",
            tag("dt", what),
            tag(
                "dd",
                _marked(value, scan, "wrong")
                if what == "the answer"
                else _marked(value, answer, "missed")
                if what == "the full scan"
                else value,
                class_="mono",
            ),
        )
        for what, value in pairs.items()
    ]
    yield from ((tag("dl", *cards, class_="beside"),) if cards else ())
    yield from (tag("p", line) for line, match in zip(trace.ending, said, strict=True) if not match)


def _in_short(trace: TraceShown) -> Iterator[Markup]:
    """Say in sentences what was read late, what was written over, what gave way, and which answers were wrong."""
    at = spacetime(trace)
    lines = [
        (look.row, f"{named(look.reader)} reads the {look.life.thing} as it was before step {look.life.until}")
        for look in at.looks
        if look.past
    ]
    lines += [
        (one.row, f"{named(one.by)} puts its {one.buried.thing} {' '.join(worded(one))}: {one.buried.value}")
        for one in at.burials
    ]
    lines += [
        (look.row, f"{named(look.reader)} throws its memo away, and this stays: {look.value}")
        for look in at.looks
        for change in trace.steps[look.row - 1].changes
        if change.what == "write-back" and change.after.startswith("thrown away")
    ]
    for row, step in enumerate(trace.steps, 1):
        lines += [(row, line) for change in step.changes if change.what == ANSWER for line in _answered(change, step)]
    if lines:
        yield tag("h3", "In short")
        yield items([f"Step {row}: {line}." for row, line in sorted(lines)])


def _answered(change: ChangeShown, step: StepShown) -> Iterator[str]:
    if step.scan is not None and step.scan != change.after:
        yield f"{named(step.actor)} answers {change.after}, where a full scan of the same snapshot says {step.scan}"
    if step.now is not None and step.now != step.scan:
        yield f"{named(step.actor)} answers {change.after}, where a full scan of the log by now says {step.now}"


def _marked(said: str, other: str | None, kind: str) -> Markup:
    """Mark the items of a list that another list does not have."""
    known = set((other if other is not None else said).split(", "))
    marked = (one if one in known else tag("span", one, class_=kind) for one in said.split(", "))
    return join(*(piece for place, one in enumerate(marked) for piece in (", " * bool(place), one)))


def _answers(trace: TraceShown) -> Iterator[Markup]:
    rows = [
        (
            str(number),
            named(step.actor),
            _marked(change.after, step.scan, "wrong"),
            _marked(step.scan, change.after, "missed"),
            step.now or "",
        )
        for number, step in enumerate(trace.steps, 1)
        for change in step.changes
        if change.what == ANSWER and step.scan is not None
    ]
    if rows:
        yield tag("h3", "What was answered, and what full scans say")
        heads = ("step", "who", "answered", "full scan of its snapshot", "full scan of the log by then")
        yield table(heads, rows)


def _steps(trace: TraceShown, *, broken: bool) -> Markup:
    last = len(trace.steps)
    return tag(
        "ol",
        *(
            tag("li", *_told(step), class_="breaks" if broken and number == last else None)
            for number, step in enumerate(trace.steps, 1)
        ),
        class_="steps",
    )


def _told(step: StepShown) -> Iterator[Markup]:
    yield tag("span", f"{named(step.actor)}: ", class_="who")
    yield tag("span", step.title)
    for thing, value in step.reads.items():
        yield tag(
            "div", tag("span", f"sees {thing}", class_="soft"), tag("span", value, class_="mono"), class_="change"
        )
    for change in step.changes:
        was = (tag("span", change.before, class_="mono was"), tag("br")) if change.before else ()
        kind = "mono is" if change.before else "mono"
        after = tag("span", *was, tag("span", change.after, class_=kind))
        yield tag("div", tag("span", change.what, class_="soft"), after, class_="change")
