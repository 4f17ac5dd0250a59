"""States and steps in words: what a trace shows of the log, of the memo and of each step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.model.memo.events import Answered, Discarded, Failed, GaveUp, Looked, Settled, Stored
from strandline.model.memo.memo import NOTHING, OPEN
from strandline.model.memo.state import File, born, rewriting
from strandline.properties.core.counting import many
from strandline.properties.core.verdict import Change, Frame
from strandline.properties.evidence.shown import MEMO, NONE
from strandline.properties.systems.memo.driver import view
from strandline.properties.systems.memo.driver.plug import Plug, in_words
from strandline.properties.systems.memo.driver.real import Real
from strandline.properties.systems.memo.specimens.rule import GATES
from strandline.properties.systems.memo.specimens.scene import Scene
from strandline.properties.systems.memo.specimens.worlds import RESTART

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from strandline.model.memo.events import Event, Holding, Outline
    from strandline.model.memo.log import Body, Row
    from strandline.model.memo.memo import Memo
    from strandline.model.memo.state import Connection, Scope, World
    from strandline.model.memo.truth import Truth
    from strandline.model.terms import Step


SAVED: Final = "saved memo"
"""What the memo on disk is called."""

WRITE_BACK: Final = "write-back"
STORED: Final = "stored"
"""What a write-back is called that took effect."""

ROWS_MAX: Final = 12
"""Rows that are named one by one."""

QUIETLY: Final = ("anchors", "gaps")
"""What a memo has besides, shown only where it alone changed: a stored memo always brings some."""

TITLES: Final = {
    **GATES,
    "locate": "stat the path",
    "connect": "connect",
    "read": "read",
    "check": "check the path again",
    "store": "swap the memo",
    "fail": "the read fails",
    "busy": "the log is busy",
    "cancel": "the refresh is cancelled",
    "empty": "delete all rows",
    "reset": "let ids be issued again",
    "backup": "back the log up",
    "restore": "restore the backup",
    "copy": "copy the backup over the file",
    "remove": "remove the file",
    "drop": "drop the memo by force",
    "hang up": "close the kept connection",
    "elsewhere": "another scanner refreshes",
    RESTART: "the process starts anew",
}
"""Steps in words, if their argument adds nothing to them."""


class Seen(NamedTuple):
    """A state as it is shown: the environment, and in words each value that a step may change, by name."""

    world: World
    values: dict[str, str]


def seen(plug: Plug, state: World | Real | Scene[Any]) -> Seen:
    """Give a state as it is shown."""
    if isinstance(state, Scene):
        kept, saved = state.kept, state.saved and state.saved.kept
        memos = {what: one.memo.text() if one else NONE for what, one in ((MEMO, kept), (SAVED, saved))}
        return Seen(state.world, {**file_text(plug, state.world), **memos})
    world = _in_terms_of_the_model(plug, state) if isinstance(state, Real) else state
    slot = world.slot
    return Seen(world, {**file_text(plug, world), **_memo(plug, slot.memo), "epoch": str(slot.epoch)})


def first(shown: Seen) -> tuple[tuple[str, str], ...]:
    """Give the values of a first state that are worth telling: a memo that is not there has no parts."""
    return tuple((what, value) for what, value in shown.values.items() if what in {"file", "log", MEMO, SAVED})


def frame(plug: Plug, scope: Scope, action: Step, states: tuple[Seen, Seen], events: tuple[Event, ...]) -> Frame:
    """Show a step between two states: what it changed, and what it told."""
    before, after = (state.values for state in states)
    changes = [Change(what, before[what], after[what]) for what in after if before[what] != after[what]]
    if after[MEMO] == NONE:  # that the parts of a memo are gone with it goes without saying
        changes = [change for change in changes if change.what not in {*_PARTS, *QUIETLY}]
    if not any(
        isinstance(event, Stored) for event in events
    ):  # a rank, which also moves when an older one is forgotten
        changes = [change for change in changes if change.what != "snapshot"]
    if any(change.what in {MEMO, *_PARTS} for change in changes):
        changes = [change for change in changes if change.what not in QUIETLY]
    changes += [Change(*change) for event in events for change in _event_text(plug, event)]
    return Frame(action.actor, title(plug, scope, action), tuple(changes))


def title(plug: Plug, scope: Scope, action: Step) -> str:
    """Say what a step does."""
    match action.name:
        case "start":
            start = scope.windows[action.arg].span.start
            return f"refresh from {'the beginning' if start is None else start}"
        case "append" | "append and prune":
            return f"{action.name} {_born(plug, scope, action)}"
        case "commit amid":
            return f"read; amid it, append and prune {_born(plug, scope, action)}"
        case "delete":
            return f"delete row {action.arg}"
        case "rewrite":
            row_id, template, way = rewriting(scope, action.arg)
            return f"write {_made_of(plug, scope, template)} over row {row_id}: {plug.rewrites[way]}"
        case "replace" | "reissue":
            how = "by rename" if action.name == "replace" else "and reissue its inode number"
            return f"replace the file {how}, {_counted(action.arg)}"
        case name:
            return TITLES.get(name, name)


def ending(plug: Plug, event: Event) -> Iterable[str]:
    """Say what was wrong with the event that broke the law."""
    match event:
        case Answered():
            yield from _answered(plug, event)
        case Discarded():
            yield f"thrown away:    {_held(plug, event.mine)}"
            yield f"kept:           {_held(plug, event.theirs)}"
        case Stored():
            yield f"stored:         {_held(plug, event.mine)}"
            yield f"in place of:    {_held(plug, event.old)}"
        case Looked():
            known = event.base.ghost.rows if event.base else ()
            yield f"the memo knew:  {_rows(plug, known)}"
            yield f"the snapshot:   {_rows(plug, event.rows)}"
            yield f"it read:        {_counted(event.tested)}, {event.keys} by key, cause {event.cause or 'none'}"
        case Settled():
            yield f"left in peace, the second refresh read {_counted(event.tested)},"
            yield f"{event.keys} by key, {many(event.anchors, 'anchor')}, cause {event.cause or 'none'};"
            yield f"both answers exact: {'yes' if event.exact else 'no'}"
        case Failed():
            yield f"the read failed ({event.reason}), and still: answered {event.answered}, memo moved {event.moved}"
        case GaveUp():
            return


def _answered(plug: Plug, event: Answered) -> Iterator[str]:
    """Say what was wrong with an answer; what it names is looked at only where it says what the full scan does."""
    scan = plug.rules.truth(event.rows, event.span)
    yield f"the answer:     {answer_text(plug, event.answer)}"
    yield f"the full scan:  {answer_text(plug, scan)}"
    yield f"the snapshot:   {_rows(plug, event.rows)}"
    if event.answer != scan:
        if answer_text(plug, event.answer) == answer_text(plug, scan):
            yield f"they differ:    {in_words(event.answer)} is not {in_words(scan)}"
        return
    if event.answer != event.one_shot:
        yield f"one-shot path:  {answer_text(plug, event.one_shot)}"
    if not event.named:
        yield "The answer names another snapshot than the one that it rests on."
    if not event.led:
        yield "The path did not lead to that file while the refresh ran."


def _in_terms_of_the_model(plug: Plug, state: Real) -> World:
    library = view.Library(plug)
    world = state.world
    library.learn(world.log.rows)
    for one in world.connections:
        library.learn(one.view.log.rows if one.view is not None else ())
    for held in (world.slot.body, *(held for task in world.tasks for held in (task.found, task.base))):
        library.learn(held.rows if held is not None else ())
    return view.world(world, state.slot, state.states, library)


def file_text(plug: Plug, world: World, connection: Connection | None = None) -> dict[str, str]:
    """Say which file is at the path, or which one a connection is open to if the path has left it, and its rows."""
    file, log, link = world.path, world.log, connection.link if connection is not None else None
    if connection is not None and link is not None and link.serial is not None and connection.view is not None:
        file, log = File(link.serial, link.inode), connection.view.log
    if file is None:
        return {"file": NONE, "log": NONE}
    return {"file": f"{file.serial} (inode {file.inode})", "log": _rows(plug, log.rows)}


_PARTS: Final = ("cursor", "coverage", "identity", "snapshot")


def _memo(plug: Plug, memo: Memo | None) -> dict[str, str]:
    """Say what a memo holds, part by part."""
    if memo is None:
        return dict.fromkeys((MEMO, *_PARTS, *QUIETLY), NONE)
    return {
        MEMO: _rows(plug, memo.sources),
        "cursor": "before the first row" if memo.cursor == NOTHING else str(memo.cursor),
        "coverage": _from(memo.coverage),
        "identity": f"inode {memo.inode}",
        "snapshot": str(memo.observation),
        "anchors": ", ".join(str(row.id) for row in memo.anchors) or "no row",
        "gaps": ", ".join(f"{low} to {high}" for low, high in memo.gaps) or "no gap",
    }


def _from(coverage: int) -> str:
    return "from the beginning" if coverage == OPEN else f"from {coverage}"


def _rows(plug: Plug, rows: tuple[Row, ...]) -> str:
    """Name rows; of many the first and the last ones, since a step adds to the end or changes how many there are."""
    said = [f"{row.id} {_body(plug, row.body)}" for row in (rows if len(rows) <= ROWS_MAX else _outer(rows))]
    if len(rows) > ROWS_MAX:
        said.insert(ROWS_MAX // 2, f"... {len(rows) - ROWS_MAX:,} more ...")
    return ", ".join(said) or "no row"


def _outer(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    return rows[: ROWS_MAX // 2] + rows[-(ROWS_MAX // 2) :]


def _born(plug: Plug, scope: Scope, action: Step) -> str:
    """Say what a row states that is yet to be born."""
    return _made_of(plug, scope, action.arg)


def _made_of(plug: Plug, scope: Scope, template: int) -> str:
    """Say what a row states that is made of a template."""
    return _body(plug, born(scope.templates[template].body, "…"))


def _body(plug: Plug, body: Body) -> str:
    fact = plug.rules.fact(body)
    return "noise" if fact is None else plug.fact(fact)


def _event_text(plug: Plug, event: Event) -> Iterator[tuple[str, str, str]]:
    """Say what an event was, as what, before and after."""
    match event:
        case Looked():
            how = f"full scan ({event.cause})" if event.cause else f"{_counted(event.tested)}, {event.keys} by key"
            yield "reads", "", how
            yield "finds", "", _rows(plug, event.rows)
        case Answered():
            yield "answers", "", answer_text(plug, event.answer)
        case Failed(answered=True):
            yield "failed", "", f"{event.reason}, and answered all the same"
        case Failed():
            yield "unavailable", "", event.reason
        case Discarded():
            yield WRITE_BACK, "", "thrown away, what is stored stays"
        case Stored():
            yield WRITE_BACK, "", STORED
        case GaveUp():
            yield WRITE_BACK, "", "given up, other refreshes kept coming first"
        case Settled():
            return


def _held(plug: Plug, memo: Holding | Outline | None) -> str:
    """Say which snapshot a memo rests on."""
    if memo is None:
        return "nothing"
    return f"{_rows(plug, memo.rows or ())} (commit {memo.commit}, {_from(memo.coverage)})"


def _counted(rows: int) -> str:
    return many(rows, "row")


def answer_text(plug: Plug, answer: Truth) -> str:
    """Name the turns of an answer, and what else there is to say of it."""
    turns = ", ".join(map(plug.item, answer.turns)) or "no turn"
    skipped = ", ".join(f"{count} skipped ({reason})" for reason, count in answer.skipped)
    return "; ".join(said for said in (turns, plug.counts(answer.counts), skipped) if said)
