"""What the steps of a trace looked at, and what full scans say beside their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.model.memo.events import Answered, Discarded
from strandline.properties.core.verdict import Look, Scan
from strandline.properties.evidence.shown import LOG, MEMO, PARTS, whole
from strandline.properties.systems.memo.specimens.rule import STATEMENTS
from strandline.properties.systems.memo.traces.text import answer_text, file_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.memo.events import Event
    from strandline.model.terms import Step
    from strandline.properties.systems.memo.driver.plug import Plug
    from strandline.properties.systems.memo.traces.text import Seen

READS_LOG: Final = frozenset({"read", "commit amid", *STATEMENTS})
READS_MEMO: Final = frozenset({"read", "commit amid", "recall"})
"""The steps that look at the log, and at the memo: the scanner does both at one gate, under one lock."""


def looked(plug: Plug, action: Step, place: int, before: Seen, events: tuple[Event, ...]) -> Iterator[Look]:
    """Say what a step looks at: a refresh reads the file that it is connected to, wherever the path leads by now."""
    if action.actor is None:
        return
    task = before.world.tasks[action.actor]
    if action.name in READS_LOG and task.phase is not None:
        yield Look(place, LOG, whole(LOG, file_text(plug, before.world, task.connection)))
    if action.name in READS_MEMO or any(isinstance(event, Discarded) for event in events):
        yield Look(
            place, MEMO, whole(MEMO, {part: before.values[part] for part in PARTS[MEMO] if part in before.values})
        )


def scanned(plug: Plug, place: int, after: Seen, events: tuple[Event, ...]) -> Iterator[Scan]:
    """Say what full scans say beside an answer: of its snapshot, and of the log by then."""
    rows = after.world.log.rows
    for event in events:
        if isinstance(event, Answered):
            snapshot, now = (plug.rules.truth(held, event.span) for held in (event.rows, rows))
            yield Scan(place, answer_text(plug, snapshot), answer_text(plug, now))
