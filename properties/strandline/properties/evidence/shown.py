"""A trace as a document shows it: who did what, what they read, what each step changed, in words.

The steps of a trace file can be taken again, but only by the code that they were found with. What is shown here
stays readable when that code has moved on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from strandline.properties.core.verdict import Change, Exhibit, Frame
from strandline.properties.evidence.bounds import FEW, Count, Name, Text
from strandline.properties.evidence.lanes import who

if TYPE_CHECKING:
    from collections.abc import Mapping

    from strandline.properties.core.verdict import Scan, Trace

ACTOR: Final = re.compile(r"r([1-9]\d{0,3})")
READS_MAX: Final = msgspec.Meta(max_length=8)
CHANGES_MAX: Final = msgspec.Meta(max_length=50)
"""How much one step may look at, and change."""

LOG: Final = "log"
MEMO: Final = "memo"
ANSWER: Final = "answers"
"""What the log, the memo and an answer are called among what a step changed or brought."""

PARTS: Final = {LOG: ("file", LOG), MEMO: (MEMO, "cursor", "coverage", "identity", "snapshot")}
"""What is shown of a thing, part by part, and makes one value of it."""

NONE: Final = "none"
"""How a value is shown that is not there."""


class ChangeShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a step changed or brought; ``before`` is empty for what was not there before."""

    what: Name
    before: Text
    after: Text


class StepShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step: its name, who took it, what it is in words, what it looked at and saw there, and what it changed.

    Where the step answers, ``scan`` is what a full scan of its snapshot says, and ``now`` one of the log by then.
    """

    action: Name
    actor: Name
    title: Text
    reads: Annotated[dict[Name, Text], READS_MAX]
    changes: Annotated[tuple[ChangeShown, ...], CHANGES_MAX]
    scan: Text | None = None
    now: Text | None = None


class TraceShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A trace: what there was before it, its steps, and how it ends; those from ``loop`` on go round for ever."""

    first: Annotated[dict[Name, Text], FEW]
    at: Count | None
    """The number of the step that broke the law, null if that showed only when the world came to rest."""
    steps: Annotated[tuple[StepShown, ...], FEW]
    ending: Annotated[tuple[Text, ...], FEW]
    loop: Count | None = None


def shown(exhibit: Exhibit) -> TraceShown:
    """Give a trace that was taken again as a document shows it."""
    looks: dict[int, dict[str, str]] = {}
    for look in exhibit.looks:
        looks.setdefault(look.place, {})[look.what] = look.value
    scans = {scan.place: scan for scan in exhibit.scans}
    return TraceShown(
        first=dict(exhibit.first),
        at=exhibit.at,
        steps=tuple(
            _step(action.name, frame, looks.get(place, {}), scans.get(place))
            for place, (action, frame) in enumerate(zip(exhibit.trace.steps, exhibit.frames, strict=False))
        ),
        ending=exhibit.ending,
    )


def exhibit(trace: Trace, said: TraceShown) -> Exhibit:
    """Give a trace that a document shows as one that was taken again, so that it can be drawn as lanes."""
    actors = list(dict.fromkeys(step.actor for step in said.steps))
    frames = tuple(
        Frame(_number(step.actor, actors), step.title, tuple(Change(c.what, c.before, c.after) for c in step.changes))
        for step in said.steps
    )
    first = tuple(said.first.items())
    return Exhibit(trace, frames, said.ending, len(frames), broken=True, first=first, at=said.at)


def whole(thing: str, parts: Mapping[str, str]) -> str:
    """Put the parts of a thing together, as one value in words."""
    if parts.get(thing, NONE) == NONE:
        return parts.get(thing, NONE)
    if thing == LOG and "file" in parts:
        return f"file {parts['file']}: {parts[LOG]}"
    told = (f"{name} {parts[name]}" if name in {"cursor", "snapshot"} else parts[name] for name in parts)
    return ", ".join(told)


def _number(actor: str, actors: list[str]) -> int | None:
    """Give the number of an actor; one of another name than ours gets its place among all."""
    named = ACTOR.fullmatch(actor)
    return None if actor == who(None) else int(named[1]) - 1 if named else actors.index(actor)


def _step(name: str, frame: Frame, reads: dict[str, str], scan: Scan | None) -> StepShown:
    return StepShown(
        action=name,
        actor=who(frame.actor),
        title=frame.title,
        reads=reads,
        changes=tuple(ChangeShown(*change) for change in frame.changes),
        scan=scan.snapshot if scan is not None else None,
        now=scan.now if scan is not None else None,
    )
