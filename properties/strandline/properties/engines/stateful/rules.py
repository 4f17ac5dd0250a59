"""The rules of a state machine, counted: one that never fires is a part of the world that nobody looked at."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from hypothesis import stateful

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

    from strandline.properties.engines.stateful.machine import Machine

M = TypeVar("M", bound="Callable[..., None]")

_COUNTED: Final = "counted_as"


def rule(**drawn: SearchStrategy[Any]) -> Callable[[M], M]:
    """Make a rule, as Hypothesis does, that counts in its machine's ``tally`` how often it fired.

    Args:
        drawn: what it is called with, each by the strategy that it is drawn from.
    """

    def made(function: M) -> M:
        name = function.__name__

        @wraps(function)
        def counted(self: Any, **given: Any) -> None:  # noqa: ANN401 - any machine, and what was drawn
            self.tally[f"rule {name}"] += 1
            function(self, **given)

        ruled = cast("Any", stateful.rule)(**drawn)(counted)
        setattr(ruled, _COUNTED, name)
        return cast("M", ruled)

    return made


def rules_of(machine: type[Machine]) -> tuple[str, ...]:
    """Name what a machine counts as rules, those that it inherits too, in ascending order."""
    parts = [value for kind in machine.__mro__ for value in vars(kind).values()]
    named = {getattr(part, _COUNTED) for part in parts if hasattr(part, _COUNTED)}
    return tuple(sorted(named | set(machine.moves)))


def fired(tally: Counter[str]) -> tuple[tuple[str, int], ...]:
    """Tell how often each rule in a tally fired, by ascending name; 0 of those that never did, if it names them."""
    rules = (name for name in tally if name.startswith("rule "))
    return tuple((name.removeprefix("rule "), tally[name]) for name in sorted(rules))
