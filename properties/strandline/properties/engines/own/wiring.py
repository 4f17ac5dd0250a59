"""Makes a system of what somebody declared: every engine takes it, by ``module:name``."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from strandline.properties.core.counting import many, singular
from strandline.properties.core.declared import WorldError
from strandline.properties.core.findings import MODEL_ENGINE
from strandline.properties.core.mutant import EXHAUST, Mutant
from strandline.properties.core.named import LoadError, look_in
from strandline.properties.core.own import Own
from strandline.properties.core.space import Space
from strandline.properties.core.system import MODEL, SHIPPED, System, Words, Worlds, system_of
from strandline.properties.core.verdict import Change, Frame
from strandline.properties.engines.exhaust.records import world as records_world
from strandline.properties.engines.exhaust.wording import worded
from strandline.properties.engines.exhaust.world import Always, AlwaysTold, Sometimes, SometimesTold
from strandline.properties.engines.own.events import REFINES, After, Compared, Event, judged_laws
from strandline.properties.engines.own.lockstep import Lockstep
from strandline.properties.engines.own.playing import Play
from strandline.properties.engines.own.refusals import require, require_flat
from strandline.properties.engines.own.worlds import LARGE, first_of, searched_whole, shape_of
from strandline.properties.engines.records.shape import Shape, Thing
from strandline.properties.engines.records.steps import label, moves, space
from strandline.properties.evidence import replay
from strandline.properties.evidence.lanes import OWN_LEGEND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.model.terms import Action, Step
    from strandline.properties.core.law import Law
    from strandline.properties.core.own import Variant
    from strandline.properties.engines.exhaust.world import Law as Declared
    from strandline.properties.engines.exhaust.world import World
    from strandline.properties.engines.records.steps import Way

WHAT_IS_REAL: Final = (
    "Real are the methods that the actions call; the program between the calls is the model's, and taken at its word.",
    "Calls are atomic here: what threads may do to each other inside of one was not looked at.",
    "What the calls return is held against the model only where dump makes events of it, or a part of the state.",
    "What a call leaves where neither loading nor dumping looks (globals, files, the state of C code) was not seen.",
)
"""What a pass of real code does not show."""

MODEL_ALONE: Final = ("Only the model was looked at: no real code was declared.",)

ALWAYS: Final = (
    "The worlds are bounded: so many actors, and no more.",
    "That steps depend on nothing but the state was tried on a sample of their answers.",
    "Chance samples: no violation in so many cases says nothing certain about the next one.",
)
"""What no pass shows."""


def system(**declared: Thing) -> System:
    """Declare a system; the parts are those of :class:`~strandline.properties.core.own.Own`, by their names.

    Raises:
        WorldError: a part is declared wrongly; it is named.
    """
    try:
        own = Own(**declared)
    except TypeError as error:
        raise WorldError(f"the system is declared wrongly: {str(error).partition('() ')[2] or error}") from None
    return wired(own)


def wired(own: Own, where: str = "") -> System:
    """Wire a declared system for the engines; ``where`` is the ``module:name`` by which other processes find it.

    Raises:
        WorldError: a part is declared wrongly; it is named.
    """
    require(own)
    small = searched_whole(own)
    shapes = {name: shape_of(own, name) for name in (*small, *own.larger, LARGE)}
    require_flat(own, shapes[small[0]])
    counts = {name: max(shape.counts[name] for shape in shapes.values()) for name in shapes[LARGE].counts}
    most = max(counts.values(), default=0)
    field = max(counts, key=lambda name: counts[name], default="")
    laws = judged_laws(own)
    real = own.real is not None
    mutants = {one.name: _mutant(one, one.where or small[0], real=real) for one in own.mutants}
    parts = partial(_parts, tuple(shapes.values()))
    actions = [own.actions]
    return System(
        name=own.name,
        where=where,
        laws=laws,
        laws_of=lambda world: laws if world in shapes else _unknown(world),
        worlds=Worlds(small=small, large=tuple(own.larger), wide=(LARGE,)),
        opened=partial(_remembered, own, actions),
        misfit=partial(_misfit, own, actions),
        words=Words(
            legend=OWN_LEGEND,
            seen=lambda state: state,
            first=lambda state: tuple(
                islice(((name, worded(value)) for name, value in parts(state).items()), replay.CHANGES_MAX)
            ),
            frame=partial(_frame, own, parts),
            ending=_ending,
            looked=lambda _step, _place, _states, _events: ((), ()),
            actors=tuple(f"{singular(field)} {number}" for number in range(most)) or None,
        ),
        mutants=mutants,
        actions=tuple(action.name for action in own.actions),
        does_not_show=(*own.does_not_show, *(WHAT_IS_REAL if real else MODEL_ALONE), *ALWAYS),
        own=own,
    )


def loaded(name: str) -> System:
    """Find somebody's own system by ``module:name``: a system, or a function that makes one of nothing.

    Raises:
        LoadError: there is none, or it is declared wrongly.
    """
    found = system_of(name)
    if found.own is None:
        raise LoadError(f"{name} is no system that was declared by strandline.properties.system")
    return found


def subject_of(own: Own, subject: str) -> Own:
    """Give the system as a subject has it: without real code for the model, with what a mutant puts in its place.

    Raises:
        KeyError: there is no such mutant.
    """
    if subject == MODEL:
        return replace(own, real=None)
    if subject == SHIPPED:
        return own
    variant = {one.name: one for one in own.mutants}[subject]
    return replace(own, real=variant.real or own.real, actions=variant.actions or own.actions)


def world_of(system: System, subject: str, world: str = "") -> World:
    """Declare a world for a subject: of the model, or with the real code in its place.

    Args:
        system: a system over records.
        subject: the model, the real code, or a mutant.
        world: its name; empty for the first one that is searched.

    Raises:
        WorldError: it is declared wrongly.
        KeyError: there is no such mutant, or no such world.
    """
    if system.own is None:
        raise ValueError(f"system {system.name!r} is not declared over records")
    own = subject_of(system.own, subject)
    world = world or searched_whole(own)[0]
    made_by = partial(_made_again, system.where, str(Path.cwd()), subject, world) if system.where else None
    laws = tuple(one for law in own.laws for one in _declared(law))
    if own.real is not None:
        laws = (AlwaysTold(REFINES.number, _follows), *laws)
    name = f"{own.name}, {world}"
    first = first_of(own, world)
    return records_world(
        name,
        first,
        stepped(own, Shape(first, own.marks)),
        laws,
        symmetric=own.symmetric,
        marks=own.marks,
        fresh=own.real is not None,
        made_by=made_by,
    )


def stepped(own: Own, shape: Shape) -> tuple[Action, ...]:
    """Give the actions of a system, with the real code in the place of those that it is declared for."""
    return tuple(replace(action, take=Lockstep(shape, action, own.real)) for action in own.actions)


@contextmanager
def _remembered(own: Own, actions: list[tuple[Action, ...]], subject: str, world: str) -> Iterator[Space[Any]]:
    """Open a world for a subject, and know the actions of its model while it is open."""
    with opened(own, subject, world) as space:
        actions.append(subject_of(own, subject).actions)
        try:
            yield space
        finally:
            actions.pop()


@contextmanager
def opened(own: Own, subject: str, world: str) -> Iterator[Space[Any]]:
    """Open a world for a subject: with real code loaded for each step, the large one with living code.

    Raises:
        KeyError: there is no such subject, or no such world.
    """
    chosen = subject_of(own, subject)
    shape = shape_of(own, world)
    if world == LARGE and chosen.real is not None:
        yield _living(Play(chosen, shape))
        return
    moved = space(shape, stepped(chosen, shape), _observed)
    yield replace(moved, began=(After(moved.first),))


def _living(play: Play) -> Space[Any]:
    """Give a play as a space; there is no way back to a state that was left, but to begin again."""

    def step(state: Thing, taken: Step) -> tuple[Thing, tuple[Thing, ...]]:
        if state is not play.state:
            raise ValueError("a living object cannot be put back into a state that it has left")
        events = play.take(taken)
        return play.state, events

    return Space(play.state, lambda _state: play.steps(), step, lambda _state: (), (After(play.state),), play.begin)


def _observed(_before: Thing, _step: Step, way: Way) -> tuple[Thing, ...]:
    return (*(one if isinstance(one, Compared) else Event(one) for one in way.events), After(way.after))


def _declared(law: Law) -> Iterator[Declared]:
    """Give a law, and its cover, as the search takes them."""
    if law.holds is not None:
        yield Always(law.number, holds=law.holds) if law.of_states else AlwaysTold(law.number, _Told(law.holds, True))  # noqa: FBT003 - what else holds
    if law.cover is not None:
        name = f"{law.number}: {law.cover.says}"
        seen = law.cover.seen
        yield Sometimes(name, seen=seen) if law.of_states else SometimesTold(name, _Told(seen, False))  # noqa: FBT003 - what else is not seen


class _Told:
    """Judges the events of a system, and not what is told beside them."""

    def __init__(self, judge: Callable[[Any], bool], otherwise: bool) -> None:  # noqa: FBT001 - what is said of others
        self._judge, self._otherwise = judge, otherwise

    def __call__(self, event: Thing) -> bool:
        return self._otherwise if isinstance(event, Compared) else self._judge(event)


def _follows(event: Thing) -> bool:
    return not isinstance(event, Compared) or bool(event.same)


def _made_again(where: str, folder: str, subject: str, world: str) -> World:
    look_in(folder)
    return world_of(loaded(where), subject, world)


def _mutant(variant: Variant, where: str, *, real: bool) -> Mutant:
    engine = EXHAUST if real else MODEL_ENGINE
    kind = "mutant of the real code" if real else "mutant of the model"
    return Mutant(variant.name, kind, variant.hazard, variant.says, variant.law, engine, where)


def _misfit(own: Own, actions: list[tuple[Action, ...]], world: str, step: Step, state: Thing) -> str | None:
    """Say why a step cannot be taken by the model; where real code goes another way, that is what is judged.

    ``actions`` ends with those of the subject whose world was opened last.
    """
    action = next((one for one in actions[-1] if one.name == step.name), None)
    if action is None:
        return "no action has this name"
    possible = [one for one, _ in moves(shape_of(own, world), (action,), state) if one.actor == step.actor]
    if not possible:
        return "it cannot happen here"
    return None if step in possible else f"it can go {many(len(possible), 'way')} here, and number {step.arg} is none"


def _parts(shapes: tuple[Shape, ...], state: Thing) -> dict[str, Thing]:
    """Take a state of one of these worlds apart, as far as a trace file holds it."""
    counts = {name: len(getattr(state, name)) for name in shapes[0].counts if "." not in name}
    return next(one for one in shapes if counts.items() <= one.counts.items()).parts(state)


def _frame(
    own: Own,
    parts: Callable[[Thing], dict[str, Thing]],
    _world: str,
    step: Step,
    states: tuple[Any, Any],
    events: tuple[Any, ...],
) -> Frame:
    before, after = map(parts, states)
    changed = (
        Change(name, worded(before[name]), worded(value)) for name, value in after.items() if value != before[name]
    )
    action = next(one for one in own.actions if one.name == step.name)
    arg = label(action.args[step.arg % len(action.args)])
    told_of = [worded(one.event) for one in events if isinstance(one, Event)]
    title = " ".join([step.name, *([f"({arg})"] if arg else []), *([f"tells {', '.join(told_of)}"] if told_of else [])])
    refuted = tuple(
        Change(f"{one.what} by the model", "", one.model)
        for event in events
        if isinstance(event, Compared)
        for one in event.differences
    )
    return Frame(step.actor, replay.cut(title), tuple(islice((*changed, *refuted), replay.CHANGES_MAX)))


def _ending(event: Thing) -> tuple[str, ...]:
    match event:
        case Compared():
            return tuple(f"{one.what}: {one.real}, and by the model {one.model}" for one in event.differences)
        case Event():
            return (f"told: {worded(event.event)}",)
        case _:
            return (f"the state: {worded(event.state)}",)


def _unknown(world: str) -> Thing:
    raise KeyError(world)
