"""Takes the steps of a trace again in somebody's own world, and judges its law by what the law says.

The search judges whole layers by tables. Here one way through the world is walked, so a round that never ends is held
against the definition itself: it leads back to where it began, stays off the goal, and passes nobody over.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from strandline.model.state import Action as Taken
from strandline.properties.counting import many
from strandline.properties.exhaust.reading import judged, says
from strandline.properties.exhaust.traced import titled
from strandline.properties.exhaust.walking import State, Walk
from strandline.properties.exhaust.wording import worded
from strandline.properties.exhaust.world import Always, AlwaysTold, Eventually, NoDeadlock
from strandline.properties.report import replay
from strandline.properties.verdict import Change, Exhibit, Frame, Trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.exhaust.world import Action, Law, Outcome, World
    from strandline.properties.report.replay import Step, TraceFile


class _Judged(NamedTuple):
    """One thing that a law judged: whether it holds, and lines that say what was looked at."""

    holds: bool
    about: tuple[str, ...]


def retake(world: World, file: TraceFile, until: int | None = None) -> Exhibit:
    """Take the steps of a trace again.

    Args:
        world: the world that they are of.
        file: the trace.
        until: how many steps to take at most; one that ends before the last is not judged by its end.

    Raises:
        KeyError: the world has no such law.
        WorldError: a function of the world raised, or did not do what it declared.
    """
    law = {law.name: law for law in world.laws}[file.law]
    walk = Walk(world)
    actors = tuple(dict.fromkeys(step.actor for step in file.steps if step.actor is not None))
    numbers = {actor: number for number, actor in enumerate(actors)}
    steps = tuple(Taken(step.name, numbers.get(step.actor or ""), step.arg) for step in file.steps)
    states, frames, why, at = [walk.first], list[Frame](), "", None
    found = list(_of_state(walk, law, states[0]))
    first = all(one.holds for one in found)
    for step, number in zip(file.steps[:until], (taken.actor for taken in steps), strict=False):
        action = next((action for action in world.actions if action.name == step.name), None)
        ways = walk.ways(action, states[-1]) if action is not None else ()
        why = _misfit(action, step, ways)
        if action is None or why:
            break
        states.append(walk.after(action, states[-1], ways[step.arg]))
        title = replay.cut(titled(step.name, ways[step.arg].label))
        frames.append(Frame(number, title, _changes(states[-2], states[-1])))
        new = [*_of_told(law, ways[step.arg]), *_of_state(walk, law, states[-1])]
        found += new
        at = len(frames) if at is None and first and not all(one.holds for one in new) else at
    if len(frames) == len(steps):
        found += _of_end(walk, law, states, file)
    broken = next((one for one in found if not one.holds), None)
    return Exhibit(
        Trace(file.subject, file.world, file.law, steps),
        tuple(frames),
        broken.about if broken is not None else (),
        len(frames),
        broken is not None,
        tuple((name, worded(value)) for name, value in states[0].items()),
        at,
        why,
        judged=len(found),
        actors=actors,
    )


def _misfit(action: Action | None, step: Step, ways: tuple[Outcome, ...]) -> str:
    """Tell why a step cannot be taken, empty if it can."""
    if action is None:
        return "no action has this name"
    if action.actor != step.actor:
        return f"it is {action.actor or 'nobody'} who takes it"
    if not ways:
        return "it cannot happen here"
    if 0 <= step.arg < len(ways):
        return ""
    return f"it can go {many(len(ways), 'way')} here, and this would be number {step.arg}"


def _changes(before: State, after: State) -> tuple[Change, ...]:
    changed = (name for name, value in after.items() if value != before[name])
    return tuple(
        Change(name, worded(before[name]), worded(after[name])) for name in islice(changed, replay.CHANGES_MAX)
    )


def _of_state(walk: Walk, law: Law, state: State) -> Iterator[_Judged]:
    if isinstance(law, Always):
        yield _Judged(_asked(walk, law, state), _looked_at(law, state))


def _of_told(law: Law, outcome: Outcome) -> Iterator[_Judged]:
    if isinstance(law, AlwaysTold):
        yield from (_Judged(says(law, told), (f"told: {worded(told)}",)) for told in outcome.told)


def _of_end(walk: Walk, law: Law, states: list[State], file: TraceFile) -> Iterator[_Judged]:
    """Judge where the steps lead to, if it is an end: nothing goes on from there, or a round that goes on for ever."""
    if isinstance(law, Eventually) and file.loop is not None and _goes_round(walk, law, states[file.loop :], file):
        states = states[file.loop :]
        reached = any(_asked(walk, law, state) for state in states)
        yield _Judged(reached, (f"What goes round for ever: the last {many(len(states) - 1, 'step')}.",))
    elif isinstance(law, (Eventually, NoDeadlock)) and not _busy(walk, law, states[-1]):
        yield _Judged(_asked(walk, law, states[-1]), ("Nobody has anything to do here.", *_looked_at(law, states[-1])))
    elif isinstance(law, NoDeadlock):
        yield _Judged(holds=True, about=())


def _goes_round(walk: Walk, law: Eventually, states: list[State], file: TraceFile) -> bool:
    """Tell whether steps lead back to where they began and could go on like that in a quiet world.

    They could not if one of them stops then, nor if an actor has something to do all the while and never takes a step.
    """
    steps = file.steps[file.loop :]
    if states[0] != states[-1] or any(step.name in law.stops for step in steps):
        return False
    waiting = {action.actor for action in walk.world.actions} - {step.actor for step in steps} - {None}
    return all(any(actor not in _busy(walk, law, state) for state in states) for actor in waiting)


def _busy(walk: Walk, law: Eventually | NoDeadlock, state: State) -> set[str | None]:
    """Give the actors who have something to do; to a deadlock what nobody takes is something to do, too."""
    quiet = isinstance(law, Eventually)
    stops = law.stops if isinstance(law, Eventually) else ()
    return {
        action.actor
        for action in walk.world.actions
        if action.name not in stops and not (quiet and action.actor is None) and walk.ways(action, state)
    }


def _asked(walk: Walk, law: Always | Eventually | NoDeadlock, state: State) -> bool:
    predicate = law.holds if isinstance(law, Always) else law.goal if isinstance(law, Eventually) else law.done
    who = f"law {law.name!r}"
    return judged(who, predicate, walk.handed(who, law.reads, state))


def _looked_at(law: Always | Eventually | NoDeadlock, state: State) -> tuple[str, ...]:
    """Say what a law looks at in a state."""
    return tuple(f"{name}: {worded(state[name])}" for name in law.reads)
