"""Takes the steps of a trace again, and shows what each of them changed."""

from __future__ import annotations

from collections import Counter
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.model import world as model
from strandline.model.environment import OFFERS
from strandline.model.events import Answered, Discarded, Failed, GaveUp, Looked, Settled, Stored
from strandline.model.memo import NOTHING, OPEN
from strandline.properties.engines import model_space, real_space
from strandline.properties.exhaust.plain import Space
from strandline.properties.fields import FIELDS
from strandline.properties.harness import view
from strandline.properties.harness.plug import CODEX, Plug
from strandline.properties.harness.real import Real
from strandline.properties.harness.stage import Stage
from strandline.properties.harness.templates import Templates
from strandline.properties.laws import laws_of
from strandline.properties.memoworlds.family import FAMILY
from strandline.properties.mutants import planted
from strandline.properties.quiet import settled
from strandline.properties.searched import MODEL
from strandline.properties.specimens import PREFIX, SPECIMENS
from strandline.properties.specimens.rule import FALLIBLE, GATES, STATEMENTS
from strandline.properties.specimens.scene import Scene
from strandline.properties.specimens.space import FAULTS, space_of
from strandline.properties.specimens.worlds import RESTART, SPECIMEN_WORLDS
from strandline.properties.verdict import Change, Exhibit, Frame, Look, Scan
from strandline.properties.worlds import WORLDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from strandline.model.events import Event, Holding
    from strandline.model.log import Body, Row
    from strandline.model.memo import Memo
    from strandline.model.state import Action, File, Scope, World
    from strandline.properties.fields import Field
    from strandline.properties.verdict import Trace


TITLES: Final = {
    **GATES,
    "fail": "the read fails",
    "busy": "the log is busy",
    "locate": "stat the path",
    RESTART: "the process starts anew",
}
"""Steps in words, where their names are not words enough."""

SEARCHED: Final = {**WORLDS, **FAMILY}
"""The worlds that are searched whole, small and large."""

READS_LOG: Final = frozenset({"read", "commit amid", *STATEMENTS})
READS_MEMO: Final = frozenset({"read", "commit amid", "recall"})
"""The steps that look at the log, and at the memo: the scanner does both at one gate, under one lock."""

SAVED: Final = "saved memo"
"""What the memo on disk is called."""


def retrace(
    trace: Trace,
    worlds: Mapping[str, Scope] = SEARCHED,
    fields: Mapping[str, Field] = FIELDS,
    plug: Plug = CODEX,
) -> Exhibit:
    """Take the steps of a trace again, on the subject that it names.

    Args:
        trace: the steps.
        worlds: where a world that is searched whole is found by its name.
        fields: where a wide one is.
        plug: the log that they are of.

    Raises:
        KeyError: there is no such world, mutant, specimen or law.
    """
    field = fields.get(trace.world)
    scope = field.scope if field is not None else {**SPECIMEN_WORLDS, **worlds}[trace.world]
    law = {law.number: law for law in laws_of(scope)}[trace.law]
    if trace.subject == MODEL:
        opened: AbstractContextManager[Space[Any]] = model_space(scope)
    elif trace.subject.startswith(PREFIX):
        opened = space_of(SPECIMENS[trace.subject.removeprefix(PREFIX)].rule, scope)
    else:  # a wide world has leases and a disk, a small one is all values
        opened = stage_space(trace.world, fields, plug) if field is not None else real_space(scope, plug)
    frames: list[Frame] = []
    looks: list[Look] = []
    scans: list[Scan] = []
    broken: list[Event] = []
    scanner = not (trace.subject == MODEL or trace.subject.startswith(PREFIX))
    with planted(trace.subject if scanner else "shipped"), opened as space:
        state = space.first
        first = _first(plug, seen(plug, state))
        for action in trace.steps:
            if not fits(scope, action, seen(plug, state)):
                return Exhibit(trace, tuple(frames), (), len(frames), False, first, tuple(looks), tuple(scans))  # noqa: FBT003 - broken: as the last line has it
            after, events = space.step(state, action)
            before, there = seen(plug, state), seen(plug, after)
            looks += [Look(len(frames), *look) for look in _looks(plug, action, before, tuple(events))]
            scans += [_scanned(plug, len(frames), event, there) for event in events if isinstance(event, Answered)]
            frames.append(_frame(plug, scope, action, before, there, tuple(events)))
            broken += [event for event in events if law.holds is not None and not law.holds(event)]
            state = after
        if not broken:
            broken += [event for event in space.probe(state) if law.holds is not None and not law.holds(event)]
    ending = tuple(line for event in broken[-1:] for line in _ending(plug, event))
    return Exhibit(trace, tuple(frames), ending, len(frames), bool(broken), first, tuple(looks), tuple(scans))


@contextmanager
def stage_space(field: str, fields: Mapping[str, Field] = FIELDS, plug: Plug = CODEX) -> Iterator[Space[World]]:
    """Give the real scanner in a wide world; its states follow each other, and none can be come back to."""
    with (
        Templates(plug) as templates,
        # A host that records its steps would stand before what a mutant replaces, and nobody asks for records here.
        closing(Stage(field, templates, Counter(), beside_model=False, fields=fields)) as stage,
    ):

        def step(_: World, action: Action) -> tuple[World, tuple[Event, ...]]:
            events = stage.move(action)
            return stage.seen, events

        yield Space(
            first=stage.seen,
            actions=lambda world: model.actions(world, stage.scope),
            step=step,
            probe=lambda world: settled(world, stage.scope, step, lambda same: same),
        )


class Seen(NamedTuple):
    """A state as it is shown: the environment, and each memo in it, by what it is called and what it says."""

    world: World
    memos: tuple[tuple[str, object, str], ...]


def fits(scope: Scope, action: Action, shown: Seen) -> bool:
    """Tell whether a step can be taken in a state, whatever is left of the budget."""
    world = shown.world
    if action.name in FAULTS and action.actor is not None and _phase(world, action.actor) in FALLIBLE:
        return True
    if action.name == RESTART:
        return RESTART in dict(scope.budget) and any(what == SAVED for what, _, _ in shown.memos)
    if action.name in OFFERS:
        wanted = action._replace(arg=0) if action.name == "cancel" else action  # its argument is only how, not what
        return wanted in OFFERS[action.name](world, scope)
    return action.actor is not None and _phase(world, action.actor) == action.name


def _phase(world: World, actor: int) -> str | None:
    """Name the gate that a refresh waits at."""
    task = world.tasks[actor] if actor < len(world.tasks) else None
    return task.phase if task is not None else None


def seen(plug: Plug, state: World | Real | Scene[Any]) -> Seen:
    """Give a state as it is shown."""
    if isinstance(state, Scene):
        kept, saved = state.kept, state.saved and state.saved.kept
        told = [(what, one.memo.told() if one else "none") for what, one in (("memo", kept), (SAVED, saved))]
        return Seen(state.world, tuple((what, says, says) for what, says in told))
    world = _in_terms_of_the_model(plug, state) if isinstance(state, Real) else state
    return Seen(world, (("memo", (world.slot.memo, world.slot.epoch), _memo(plug, world.slot.memo)),))


def _in_terms_of_the_model(plug: Plug, state: Real) -> World:
    library = view.Library(plug)
    world = state.world
    files = [world.path, *(link.file for link in world.links())]
    for file in files:
        library.learn(file.log.rows if file is not None else ())
    ghosts = [
        world.slot.ghost,
        *(task.ghost for task in world.tasks if task),
        *(task.base_ghost for task in world.tasks if task),
    ]
    for ghost in ghosts:
        library.learn(ghost.rows if ghost is not None else ())
    return view.world(world, state.slot, state.states, library)


def _frame(  # noqa: PLR0913 - the step, and what is around it
    plug: Plug, scope: Scope, action: Action, before: Seen, after: Seen, events: tuple[Event, ...]
) -> Frame:
    changes = []
    if _unranked(before.world.path) != _unranked(after.world.path):
        changes.append(Change("log", _log(plug, before.world), _log(plug, after.world)))
    changes += [
        Change(what, old, new)
        for (what, held, old), (_, holds, new) in zip(before.memos, after.memos, strict=True)
        if held != holds
    ]
    changes += [Change(*told) for event in events for told in _told(plug, event)]
    return Frame(action.actor, _title(plug, scope, action), tuple(changes))


def _first(plug: Plug, shown: Seen) -> tuple[tuple[str, str], ...]:
    """Say what there is before the first step."""
    return (("log", _log(plug, shown.world)), *((what, says) for what, _, says in shown.memos))


def _looks(plug: Plug, action: Action, before: Seen, events: tuple[Event, ...]) -> Iterator[tuple[str, str]]:
    """Say what a step looks at: a refresh reads the file that it is connected to, wherever the path leads by now."""
    if action.actor is None:
        return
    task = before.world.tasks[action.actor]
    if action.name in READS_LOG and task is not None:
        held = task.link.file if task.link is not None else None
        yield "log", _file(plug, held) if held is not None else _log(plug, before.world)
    if action.name in READS_MEMO or any(isinstance(event, Discarded) for event in events):
        yield from ((what, says) for what, _, says in before.memos if what == "memo")


def _unranked(file: File | None) -> File | None:
    """Give a file without the rank of its commit, which moves when an older one is forgotten."""
    return file and file._replace(commit=0)


def _title(plug: Plug, scope: Scope, action: Action) -> str:
    """Say what a step does, in words."""
    match action.name:
        case "start":
            span = scope.windows[action.arg].span
            return f"refresh from {'the beginning' if span.start is None else span.start}"
        case "append" | "append and prune":
            row = scope.templates[action.arg]
            return f"{action.name} {_body(plug, row.body)}"
        case "commit amid":
            return f"read; amid it, append and prune {_body(plug, scope.templates[action.arg].body)}"
        case "elsewhere":
            return "another scanner refreshes"
        case "delete":
            return f"delete row {action.arg}"
        case "replace" | "reissue":
            how = "by rename" if action.name == "replace" else "and reissue its inode number"
            return f"replace the file {how}, {action.arg} rows"
        case name:
            return TITLES.get(name, name)


def _log(plug: Plug, world: World) -> str:
    return "no file" if world.path is None else _file(plug, world.path)


def _file(plug: Plug, file: File) -> str:
    return f"file {file.serial} (inode {file.inode}): {_rows(plug, file.log.rows)}"


def _memo(plug: Plug, memo: Memo | None) -> str:
    if memo is None:
        return "none"
    cursor = "none" if memo.cursor == NOTHING else memo.cursor
    coverage = "the beginning" if memo.coverage == OPEN else memo.coverage
    sources = _rows(plug, memo.sources)
    return f"{sources}, cursor {cursor}, from {coverage}, inode {memo.inode}, snapshot {memo.observation}"


def _rows(plug: Plug, rows: Iterable[Row]) -> str:
    return ", ".join(f"{row.id} {_body(plug, row.body)}" for row in rows) or "no row"


def _body(plug: Plug, body: Body) -> str:
    fact = plug.rules.fact(body)
    return "noise" if fact is None else plug.fact(fact)


def _told(plug: Plug, event: Event) -> Iterable[tuple[str, str, str]]:
    """Say what an event was, as what, before and after."""
    match event:
        case Looked():
            how = f"full scan ({event.cause})" if event.cause else f"{event.tested} rows, {event.keys} by key"
            yield "read", "", how
        case Answered():
            yield "answer", "", _turns(plug, event.turns)
        case Failed(answered=True):
            yield "failed", "", f"{event.reason}, and answered all the same"
        case Failed():
            yield "unavailable", "", event.reason
        case Discarded():
            yield "write-back", "", "thrown away, what is stored stays"
        case Stored():
            yield "write-back", "", "stored"
        case GaveUp():
            yield "write-back", "", "given up, other refreshes kept coming first"
        case Settled():
            return


def _ending(plug: Plug, event: Event) -> Iterable[str]:
    """Say what was wrong with the event that broke the law."""
    match event:
        case Answered():
            yield f"the answer:     {_turns(plug, event.turns)}"
            yield f"the full scan:  {_scan(plug, event)}"
            yield f"the snapshot:   {_rows(plug, event.rows)}"
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
            yield f"it read:        {event.tested} rows, {event.keys} by key, cause {event.cause or 'none'}"
        case Settled():
            yield f"left in peace, the second refresh read {event.tested} rows,"
            yield f"{event.keys} by key, {event.anchors} anchors, cause {event.cause or 'none'};"
            yield f"both answers exact: {'yes' if event.exact else 'no'}"
        case Failed():
            yield f"the read failed ({event.reason}), and still: answered {event.answered}, memo moved {event.moved}"
        case GaveUp():
            return


def _scan(plug: Plug, event: Answered) -> str:
    """Say what a full scan of the snapshot of an answer says."""
    return _turns(plug, plug.rules.answer(event.rows, event.span))


def _scanned(plug: Plug, place: int, event: Answered, there: Seen) -> Scan:
    """Say what full scans say beside an answer: of its snapshot, and of the log by then."""
    rows = there.world.path.log.rows if there.world.path is not None else ()
    return Scan(place, _scan(plug, event), _turns(plug, plug.rules.answer(rows, event.span)))


def _held(plug: Plug, memo: Holding | None) -> str:
    """Say which snapshot a memo rests on."""
    if memo is None:
        return "nothing"
    coverage = "the beginning" if memo.coverage == OPEN else memo.coverage
    return f"{_rows(plug, memo.ghost.rows)} (commit {memo.ghost.commit}, from {coverage})"


def _turns(plug: Plug, turns: tuple[object, ...]) -> str:
    return ", ".join(map(plug.item, turns)) or "no turn"
