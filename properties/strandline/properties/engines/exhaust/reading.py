"""Hands a function the components that it declared to read, and takes what it gives back at its word, no further."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

import numpy as np

from strandline.properties.core.named import in_parentheses, place, told
from strandline.properties.core.nearest import meant
from strandline.properties.engines.exhaust.watching import UsedUp, current
from strandline.properties.engines.exhaust.wording import worded
from strandline.properties.engines.exhaust.world import NEXT, AlwaysTold, Outcome, Rank, World, WorldError
from strandline.properties.harness.scripts import SearchedHere

if TYPE_CHECKING:
    from collections.abc import Sequence

    from strandline.properties.engines.exhaust.world import Action, Component, SometimesTold, Value, Writes


READ_MAX: Final = 80
"""Characters of a value that a message about a function has."""


class WantsMoreError(BaseException):
    """A function read what is not known yet, and is called again when it is."""


class Handed(dict[str, Any]):
    """Hands out components by name: those that are known; those that are declared are looked up, others are refused.

    It is a dictionary, so that what is known is handed out as fast as Python can. Nothing else that a dictionary can do
    is allowed: what a function would learn that way of the whole, nobody would know that it read. ``known`` grows by
    what it reads. ``refused`` is what ended the call. A function that catches it is ended all the same: an answer that
    it gives then would be that to a question which it was not asked.
    """

    __slots__ = ("_declared", "_look_up", "_who", "known", "refused")

    def __init__(
        self,
        who: str,
        known: Mapping[str, Value],
        declared: Collection[str] | None = (),
        look_up: Callable[[str], Mapping[str, Value]] | None = None,
    ) -> None:
        """Hand out what is known.

        Args:
            who: who asks, for a refusal.
            known: what is known at first.
            declared: what else may be read. None was declared where what is known was read before.
            look_up: gives what a look at a declared component shows; without it the first one ends the call.
        """
        super().__init__(known)
        self.known = known
        self.refused: BaseException | None = None
        self._who = who
        self._declared = declared
        self._look_up = look_up

    def __missing__(self, component: str) -> Any:  # noqa: ANN401 - the value of a component
        """Look a component up.

        Raises:
            WantsMoreError: it cannot be handed out in this call.
            WorldError: it was not declared.
        """
        if self.refused is None:
            try:
                found = self._found(component)
            except (WantsMoreError, WorldError) as refusal:
                self.refused = refusal
            else:
                dict.update(self, found)
                self.known = {**self.known, **found}
                return found[component]
        raise self.refused

    def _found(self, component: str) -> Mapping[str, Value]:
        if component not in (self._declared or ()):
            raise self._refusal(component)
        if self._look_up is None:
            raise WantsMoreError
        return self._look_up(component)

    def _refusal(self, component: str) -> WorldError:
        fault = "and did not before" if self._declared is None else "which it did not declare"
        near = meant(component, (*(self._declared or ()), *self.known))
        return WorldError(f"{self._who} read {component!r}, {fault}{near}")

    def _refuse(self, *_arguments: object, **_named: object) -> NoReturn:
        if self.refused is None:
            self.refused = WorldError(
                f"{self._who} used what it is handed as a dictionary: it can only read, by at[name]"
            )
        raise self.refused

    __contains__ = __iter__ = __reversed__ = __len__ = __eq__ = __ne__ = __or__ = __ror__ = __ior__ = _refuse
    __setitem__ = __delitem__ = clear = copy = get = items = keys = pop = popitem = setdefault = update = values = (
        _refuse
    )
    __hash__ = None


def outcomes(
    action: Action,
    at: Any,  # noqa: ANN401 - whatever hands out values
    kinds: Mapping[str, Component | Rank],
    most: int | None = None,
) -> tuple[Outcome, ...]:
    """Call an action's function and hold what it gives against its declaration, so many ways at most.

    Raises:
        WorldError: it raised, wrote what it did not declare, or to a rank what is none; the message names it.
    """
    who = f"action {action.name!r}"
    ways = tuple(outcome(who, one) for one in answered(who, action, at, most))
    for way in ways:
        for name, value in way.writes.items():
            require_write(action, name, value, kinds)
    return ways


def answered(
    who: str,
    action: Action,
    at: Any,  # noqa: ANN401 - whatever hands out values
    most: int | None = None,
) -> Sequence[Outcome | Writes]:
    """Call an action's function; give what it gave, so many ways at most, none if nothing can happen.

    Raises:
        WorldError: it raised, or gave something that is no answer; the message names it.
    """
    given = called(who, action.take, at)
    if given is None:
        return ()
    if type(given) is dict or isinstance(given, (Outcome, Mapping)):
        return (given,)
    if type(given) not in (tuple, list):
        if not isinstance(given, Iterable):
            raise WorldError(f"{who} gave {given!r}, which is neither None, an outcome, nor several")
        several = _looking(given)
        given = called(who, lambda _at: tuple(islice(several, most)), at)
    return cast("Sequence[Outcome | Writes]", given[:most])


def outcome(who: str, given: Outcome | Writes) -> Outcome:
    """Give one way in which an action goes as an outcome.

    Raises:
        WorldError: it is none; the message says why.
    """
    if type(given) is dict:
        return Outcome(given)
    way = given if isinstance(given, Outcome) else Outcome(given)
    if not isinstance(way.writes, Mapping):
        raise WorldError(f"{who} gave {way.writes!r} in place of a mapping of components to values")
    if not isinstance(way.told, tuple):
        raise WorldError(f"{who} told {way.told!r} in place of a tuple of values")
    try:
        hash(way.told)
    except TypeError:
        raise WorldError(f"{who} told {way.told!r}, which cannot be hashed: tell of immutable values") from None
    return way


def require_write(action: Action, name: str, value: object, kinds: Mapping[str, Component | Rank]) -> None:
    """Hold what an action wrote to a component against its declaration.

    Raises:
        WorldError: it did not declare that it writes this one, or to a rank it wrote what is none.
    """
    who = f"action {action.name!r}"
    if name not in (kinds if action.writes is None else action.writes):
        what = "and there is no such component" if action.writes is None else "which it did not declare"
        raise WorldError(f"{who} wrote {name!r}, {what}{meant(name, action.writes or kinds)}")
    if isinstance(kinds[name], Rank) and value is not NEXT and (not isinstance(value, int) or value < 0):
        raise WorldError(f"{who} wrote {value!r} to rank {name!r}: a rank that it read, 0, or NEXT is wanted")


def _looking(given: Iterable[Any]) -> Iterator[Any]:
    """Give what a function gives, and look at the budget meanwhile: it may give more than there is room for."""
    look = current().look
    for one in given:
        look()
        yield one


def called(who: str, function: Callable[[Any], Any], at: Any) -> Any:  # noqa: ANN401 - what a function takes and gives
    """Call a function of a world.

    Raises:
        WorldError: it raised; the message says who raised what, where, and what it had read.
        MemoryError: no memory was left for it, which is no mistake of its own.
        UsedUp: it answered, and the budget of the search is used up.
    """
    watch = current()
    before, watch.asking = watch.asking, who
    watch.asked += 1
    try:
        given = function(at)
    except (WorldError, KeyboardInterrupt, SearchedHere, UsedUp):
        raise
    except MemoryError as error:
        raise MemoryError(f"no memory was left in {who}{in_parentheses(place(error))}; {_seen(at)}") from error
    except BaseException as error:  # a function must not end the search by SystemExit or a cancellation either
        if isinstance(at, Handed) and at.refused is not None:
            raise at.refused from None
        raise WorldError(f"{who} raised {told(error)}; {_seen(at)}") from error
    finally:
        watch.asking = before
    if type(at) is Handed and at.refused is not None:
        raise at.refused
    watch.look()
    return given


def _seen(at: object) -> str:
    """Say what a function had read when it raised, or what it was handed."""
    if not isinstance(at, Handed):
        return f"it was handed {_short(at)}"
    return f"it had read {', '.join(f'{name} = {_short(value)}' for name, value in at.known.items()) or 'nothing'}"


def _short(value: object) -> str:
    text = worded(value)
    return text if len(text) <= READ_MAX else f"{text[: READ_MAX - 4]} ..."


def says(law: AlwaysTold | SometimesTold, told: Value) -> bool:
    """Ask a law of what is told about one thing.

    Raises:
        WorldError: it raised, or said neither yes nor no.
    """
    return judged(f"law {law.name!r}", law.holds if isinstance(law, AlwaysTold) else law.seen, told)


def judged(who: str, predicate: Callable[[Any], Any], at: Any) -> bool:  # noqa: ANN401 - whatever a predicate looks at
    """Ask a predicate of a law.

    Raises:
        WorldError: it raised, or gave no truth value: a generator, a function or a coroutine would count as true.
    """
    given = called(who, predicate, at)
    if given is True or given is False:
        return given
    if not isinstance(given, (int, np.bool_)):
        raise WorldError(f"{who} gave {given!r}, which is neither True nor False")
    return bool(given)


def kinds(world: World) -> dict[str, Component | Rank]:
    """Give the components of a world by their names."""
    return {component.name: component for component in world.components}


def renumbered(numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Number ranks densely from 1, in their order; 0 stays 0."""
    places = {number: place for place, number in enumerate(sorted({0, *numbers}))}
    return tuple(places[number] for number in numbers)
