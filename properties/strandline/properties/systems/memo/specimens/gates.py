"""The machine that every specimen runs on: what an access finds, and where each refresh stands.

Between two gates a specimen does nothing that another could see. No two of its statements stand
in one transaction, so each sees the snapshot of its own instant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeAlias, cast

from strandline.model.memo.environment import put
from strandline.model.memo.oracle import oracle
from strandline.model.memo.refresh import read_to, seen_by, window_of
from strandline.model.memo.state import Connection, Held, Link, Phase, Slot, Task
from strandline.model.terms import replace
from strandline.properties.systems.memo.specimens.events import answered, failed, looked, written
from strandline.properties.systems.memo.specimens.rule import STATEMENTS, Found, Next, Rule, one_shot
from strandline.properties.systems.memo.specimens.scene import SEEN, Kept, M, Rested, Run, Scene, next_number

if TYPE_CHECKING:
    from strandline.model.memo.days import Span
    from strandline.model.memo.events import Event
    from strandline.model.memo.log import Row
    from strandline.model.memo.oracle import Turn
    from strandline.model.memo.state import Scope

Moved: TypeAlias = "tuple[Scene[M], tuple[Event, ...]]"


@dataclass(frozen=True, slots=True)
class Gates(Generic[M]):
    """The gates of one rule in a scope.

    ``pending`` bounds what may be pending, ``restarts`` tells that what is saved counts.
    """

    rule: Rule[M]
    scope: Scope
    pending: int
    restarts: bool

    def passed(self, scene: Scene[M], actor: int, gate: str) -> Moved[M]:
        """Let a refresh through its gate."""
        run, task = standing(scene, actor)
        window = window_of(self.scope, task)
        if gate in STATEMENTS:
            scene, run, rows = _read(scene, actor, run, task)
            if gate == "look":
                return _ended(scene, actor, run, window.span, one_shot(rows, window.span))
            return self._moved(scene, actor, self.rule.steps[gate](run, Found(rows=rows, limit=self.pending)))
        if gate == "put":
            return self._put(scene, actor, run, task)
        if gate == "save":
            return _ended(self._saved(scene), actor, run, window.span)
        path = scene.world.path
        if path is None and gate in {"exists", "open"}:
            return _ended(scene, actor, run, window.span)
        if path is not None and gate == "open":
            opened = Connection(Link(path.inode, path.stamp, path.serial))
            scene = at(scene, actor, run, replace(task, connection=opened))
        if window.ended and gate in {"exists", "open"}:
            return self._moved(scene, actor, Next(run, {"exists": "open", "open": "look"}[gate]))
        if gate == "recall":
            run = run._replace(base=_stored(scene))
        found = Found(
            inode=path.inode if path is not None else 0,
            number=next_number(scene),
            stored=scene.kept.memo if scene.kept is not None else None,
        )
        return self._moved(scene, actor, self.rule.steps[gate](run, found))

    def struck(self, scene: Scene[M], actor: int, gate: str, reason: str) -> Moved[M]:
        """Let the statement at a gate fail."""
        run, _ = standing(scene, actor)
        return self._moved(scene, actor, self.rule.fails(run._replace(failed=reason), gate))

    def _moved(self, scene: Scene[M], actor: int, following: Next[M]) -> Moved[M]:
        """Go where the rule says; once a refresh reads no more, the laws hear what it read."""
        run, task = following.run, standing(scene, actor)[1]
        events: tuple[Event, ...] = ()
        if following.replaced:
            run = run._replace(failed="replaced")
        if following.gate in {None, "put"} and task.found is not None and (run.base or run.cause) and not run.failed:
            events = (looked(actor, run, task.found.rows),)
        if following.gate is None:
            scene, ending = _ended(scene, actor, run, window_of(self.scope, task).span)
            return scene, (*events, *ending)
        if following.gate == "put":
            run = Run(0, run.between, memo=run.memo, first=run.first, forgotten=run.forgotten, failed=run.failed)
        return at(scene, actor, run, replace(task, phase=_phase(following.gate))), events

    def _put(self, scene: Scene[M], actor: int, run: Run[M], task: Task) -> Moved[M]:
        """Decide and store under one lock."""
        if run.memo is None or task.found is None:
            message = f"refresh {actor} puts before it read"
            raise ValueError(message)
        puts = self.rule.puts(run.memo, scene.kept.memo if scene.kept is not None else None)
        event = written(actor, run, task, _stored(scene), put=puts)
        if puts:
            rows = read_to(task.found.rows, run.memo.cursor)
            slot = replace(
                Slot(scene.world.slot.epoch), body=Held(None, rows), commit=task.ghost, forgotten=run.forgotten
            )
            world = replace(scene.world, slot=slot)
            scene = scene._replace(world=world, kept=Kept(run.memo, run.first))
            run = run._replace(moved=True)
        if self.rule.saves and self.restarts:
            return at(scene, actor, run, replace(task, phase=_phase("save"))), (event,)
        scene, ending = _ended(scene, actor, run, window_of(self.scope, task).span)
        return scene, (event, *ending)

    def _saved(self, scene: Scene[M]) -> Scene[M]:
        """Save what is stored, without its number: that means nothing to the next process."""
        stored = _stored(scene)
        if stored is None:
            return scene
        kept = stored.kept._replace(memo=stored.kept.memo.numbered(0))
        return scene._replace(saved=stored._replace(kept=kept))


def standing(scene: Scene[M], actor: int) -> tuple[Run[M], Task]:
    """Give a refresh in flight, and the world's task of it.

    Raises:
        ValueError: it is not in flight.
    """
    run, task = scene.runs[actor], scene.world.tasks[actor]
    if run is None:
        message = f"refresh {actor} is not in flight"
        raise ValueError(message)
    return run, task


def at(scene: Scene[M], actor: int, run: Run[M] | None, task: Task) -> Scene[M]:
    """Put a refresh where it stands, or take it away."""
    runs = (*scene.runs[:actor], run, *scene.runs[actor + 1 :])
    return scene._replace(world=put(scene.world, actor, task), runs=runs)


def first_gate(task: Task) -> Task:
    """Let a refresh that was just started wait at the first gate of every rule."""
    return replace(task, phase=_phase("exists"))


def _phase(gate: str) -> Phase:
    """Take the gate of a specimen for the phase of a task: nothing of the model reads it."""
    return cast("Phase", gate)


def _stored(scene: Scene[M]) -> Rested[M] | None:
    ghost = scene.world.slot.ghost
    return Rested(scene.kept, ghost) if scene.kept is not None and ghost is not None else None


def _read(scene: Scene[M], actor: int, run: Run[M], task: Task) -> tuple[Scene[M], Run[M], tuple[Row, ...]]:
    """Fix the snapshot of one statement: the latest commit of the file that is open.

    What was in hand when the memo was dropped is forgotten, unless nothing of it is left: a run that
    has no base reads all that counts now.
    """
    log, commit = seen_by(scene.world, task.connection)
    forgotten = run.forgotten and run.base is not None and run.cause is None
    run = run._replace(first=run.first or commit, forgotten=forgotten)
    seen = replace(task.connection, seen=SEEN)
    return (
        at(scene, actor, run, replace(task, connection=seen, found=Held(None, log.rows), ghost=commit)),
        run,
        log.rows,
    )


def _ended(scene: Scene[M], actor: int, run: Run[M], span: Span, turns: tuple[Turn, ...] | None = None) -> Moved[M]:
    """End a refresh with its answer; its connection is closed."""
    _, task = standing(scene, actor)
    found = turns if turns is not None else run.memo.turns(span) if run.memo is not None else ()
    event = failed(actor, run.failed, run) if run.failed else answered(actor, task, run, span, found)
    return at(scene, actor, None, Task()), (event,)


def lived(run: Run[M] | None, span: Span, rows: tuple[Row, ...]) -> Run[M] | None:
    """Note what the log holds by now, if that has another answer: it may be of any instant since the start."""
    if run is None:
        return run
    known = any(oracle(before, span).turns == oracle(rows, span).turns for before in run.between)
    return run if known else run._replace(between=(*run.between, rows))
