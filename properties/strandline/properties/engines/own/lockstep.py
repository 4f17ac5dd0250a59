"""Takes a step of the model and calls the real code from the same reading; the world goes on as the real code does."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.model.terms import NEXT
from strandline.properties.core.declared import WorldError
from strandline.properties.core.named import told
from strandline.properties.core.own import Driver, Real
from strandline.properties.engines.exhaust.wording import worded
from strandline.properties.engines.own.events import Compared, Difference
from strandline.properties.engines.records.lazy import Lazy, changed, number_anew, source_of, written
from strandline.properties.engines.records.steps import outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.terms import Action
    from strandline.properties.core.own import Code
    from strandline.properties.engines.records.shape import Shape, Thing

LOCKS: Final = (type(threading.Lock()), type(threading.RLock()), threading.Condition, threading.Event)
"""Attributes of these types are not compared: between two calls nobody holds a lock."""

DEPTH_MAX: Final = 20
"""How deep an object is looked into."""

_NOTHING: Final = object()


class Done(NamedTuple):
    """What the real code did: the state, its events if it told any, its object, and the error if it raised one."""

    state: Any
    events: tuple[Any, ...] | None = None
    left: Any = None
    raised: str = ""


@dataclass(frozen=True, slots=True)
class Lockstep:
    """An action of the model, with the real code in its place if it has any; the state may be lazy or whole."""

    shape: Shape
    action: Action
    real: Code | None

    def __call__(self, state: Thing, *args: Thing) -> Iterator[Thing]:
        """Give the ways that the real code goes; where it goes none of the model's, what it does, refuted.

        Raises:
            WorldError: what the action or dump gave is no state; or a call left in the object what loading does not
                bring back; it is named.
        """
        ways = list(outcomes(self.action.take(state, *args)))
        for after, _ in ways:
            require_state(self.shape, after, f"action {self.action.name!r} gave", or_none=True)
        if self.real is None or not is_real(self.real, self.action.name):
            yield from ways
            return
        real = self.real
        tried = [self._tried(real, state, after, events, args) for after, events in ways]
        if tried and all(differences for *_, differences in tried):
            really, events, differences = tried[0]
            yield self._settled(state, really), (Compared(differences), *events)
            return
        for (after, _), (_, events, differences) in zip(ways, tried, strict=True):
            yield (
                None if differences else (after, (Compared(), *events))
            )  # None keeps the numbers of the ways as they are

    def _tried(
        self, real: Code, state: Thing, after: Thing, events: tuple[Thing, ...], args: tuple[Thing, ...]
    ) -> tuple[Any, tuple[Any, ...], tuple[Difference, ...]]:
        who = args[0] if self.action.by is not None else None
        rest = args[1:] if self.action.by is not None else args
        done = really(real, self.action.name, state, after, who, rest)
        events = events if done.events is None else done.events
        if done.raised:
            return after, events, (Difference("raised", "nothing", done.raised),)
        require_state(self.shape, done.state, f"after action {self.action.name!r} dump gave")
        self._audit(real, done, who)
        return done.state, events, self._differences(state, after, done.state)

    def _audit(self, real: Code, done: Done, who: int | None) -> None:
        """Refuse what a call left in the object and loading does not bring back: the next call would miss it."""
        if done.left is None:
            return
        loaded = real.load(done.state) if isinstance(real, Real) else real.load(done.state, who)
        lost = lost_in(done.left, loaded, real.derived)
        if lost:
            raise WorldError(
                f"action {self.action.name!r} left {lost!r} in a {type(done.left).__name__}, and load does not "
                "bring it back: dump it into the state, or name it in derived if load makes it of others"
            )

    def _differences(self, state: Thing, after: Thing, real: Thing) -> tuple[Difference, ...]:
        if isinstance(state, Lazy):
            source = source_of(state)
            one, other = written(after, source), written(real, source)  # both first: either may read more
            one, other = changed(one, source), changed(other, source, fresh=True)
        else:
            one, other = self.shape.parts(after), self.shape.parts(self._settled(state, real))
        names = sorted(
            name for name in one.keys() | other.keys() if one.get(name, _NOTHING) != other.get(name, _NOTHING)
        )
        return tuple(Difference(name, _said(one, name), _said(other, name)) for name in names)

    def _settled(self, state: Thing, real: Thing) -> Thing:
        """Give the state that the real code left, with NEXT for the number that it counted up to itself."""
        if isinstance(state, Lazy):
            return real
        parts, known = self.shape.parts(real), self.shape.parts(state)
        number_anew(parts, known, self.shape.orders)
        return self.shape.whole(parts)


def require_state(shape: Shape, given: Thing, who: str, *, or_none: bool = False) -> None:
    """Refuse what was given in the place of a state.

    Raises:
        WorldError: it is no state; ``who`` begins the message.
    """
    if not isinstance(given, (shape.cls, Lazy)) and not (or_none and given is None):
        what = "None" if given is None else f"a {type(given).__name__}"
        raise WorldError(f"{who} {what}, and a {shape.cls.__name__} is wanted")


def is_real(real: Code | None, action: str) -> bool:
    """Tell whether an action is one of the real code."""
    return real is not None and action in real.actions


def what_is_real(real: Code | None) -> tuple[tuple[str, str], ...]:
    """Give the bound that says which actions are real code; the program between them is the model's."""
    return () if real is None else (("real code", ", ".join(real.actions)),)


def really(real: Code, name: str, state: Thing, after: Thing, who: int | None, rest: tuple[Thing, ...]) -> Done:  # noqa: PLR0913 - what it is called with
    """Load the real code from a state, and let it do what an action stands for.

    Args:
        real: the code.
        name: the action.
        state: the state before.
        after: the state after, by the model.
        who: the actor, None for the environment.
        rest: the arguments of the action.
    """
    if isinstance(real, Driver):
        core = None if name in real.starts else real.load(state, who)
        return driven(real, name, core, state, who, rest)
    thing = real.load(state)
    return dumped(real, thing, after, who, called(real, name, thing, state, who, rest))


class Raised(NamedTuple):
    """What a call gave that raised."""

    error: str


def called(real: Real, name: str, thing: Thing, state: Thing, who: int | None, rest: tuple[Thing, ...]) -> Thing:  # noqa: PLR0913 - what it is called with
    """Call the real code on an object; give what it gave, or :class:`Raised`."""
    try:
        return real.calls[name](thing, state, *(() if who is None else (who,)), *rest)
    except WorldError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the real code raises refutes the model
        _leave(state)
        return Raised(told(error))


def dumped(real: Real, thing: Thing, after: Thing, who: int | None, gave: Thing) -> Done:
    """Put an object, after a call that gave this, into the state that the model gave."""
    if isinstance(gave, Raised):
        return Done(after, raised=gave.error)
    return _done(real.dump(thing, after, who, gave), thing)


def driven(real: Driver, name: str, core: Thing, state: Thing, who: int | None, rest: tuple[Thing, ...]) -> Done:  # noqa: PLR0913 - what it is called with
    """Begin a core, or perform the effect that it wants and hand it the answer; dump what it is then."""
    after = state
    try:
        if name in real.starts:
            core = real.start(state, who, *rest)
        else:
            after, answer = real.perform(core, state, who)
            core = real.step(core, answer)
    except WorldError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the real code raises refutes the model
        _leave(state)
        return Done(state, raised=told(error))
    return _done(real.dump(core, after, who), core)


def _leave(state: Thing) -> None:
    """Leave the call, if what was raised is no more than what real code made of a component that is not known yet."""
    if isinstance(state, Lazy):
        refused = getattr(source_of(state).at, "refused", None)
        if refused is not None:
            raise refused


def _done(given: Thing, left: Thing) -> Done:
    if type(given) is tuple and len(given) == 2 and isinstance(given[1], tuple):  # noqa: PLR2004 - a state and events
        return Done(given[0], given[1], left)
    return Done(given, None, left)


def lost_in(left: Thing, loaded: Thing, derived: tuple[str, ...], depth: int = 0) -> str:
    """Name an attribute of an object that another one, loaded from its state, has not or has otherwise, if any."""
    one, other = attributes(left), attributes(loaded)
    for name in [*one, *(name for name in other if name not in one)]:
        if name not in derived and not _same(one.get(name, _NOTHING), other.get(name, _NOTHING), depth):
            return name
    return ""


def attributes(thing: Thing) -> dict[str, Thing]:
    """Give the attributes of an object, those in slots too."""
    slots = [name for kind in type(thing).__mro__ for name in _slots(kind)]
    return {name: getattr(thing, name) for name in slots if hasattr(thing, name)} | getattr(thing, "__dict__", {})


def _slots(kind: type) -> tuple[str, ...]:
    named = kind.__dict__.get("__slots__", ())
    names = (named,) if isinstance(named, str) else tuple(named)
    private = f"_{kind.__name__.lstrip('_')}"
    return tuple(
        f"{private}{name}" if name.startswith("__") and not name.endswith("__") else name
        for name in names
        if name not in ("__dict__", "__weakref__")
    )


def _same(one: Thing, other: Thing, depth: int) -> bool:
    """Tell whether two values are equal, objects that compare by identity if their attributes are."""
    if one is other or isinstance(one, LOCKS) or NEXT in (one, other):
        return type(one) is type(other) or one is other
    if type(one) is not type(other) and not isinstance(one, Lazy) and not isinstance(other, Lazy):
        return bool(one == other) and isinstance(one, (int, float, str, bytes))
    if depth > DEPTH_MAX:
        return bool(one == other)
    if isinstance(one, (list, tuple)) and not isinstance(one, Lazy):
        return len(one) == len(other) and all(_same(*pair, depth + 1) for pair in zip(one, other, strict=True))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key], depth + 1) for key in one)
    kind: Any = type(one)
    if kind.__eq__ is object.__eq__ and not callable(one):
        return not lost_in(one, other, (), depth + 1)
    return bool(one == other)


def _said(parts: dict[str, Any], name: str) -> str:
    return worded(parts[name]) if name in parts else "as before"
