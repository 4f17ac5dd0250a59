"""The algebra of patches (P9): merging is associative, an unset column changes nothing and is no cleared one.

A contract is a function over ints whose docstring ends in ``post: _``: what it returns must be true for all ints.
A cell is three ints: whether it is set (0 is not), cleared (1) or has a value (any other), the value, and whether it is
explicit (0 is not). Patches are merged column by column, so what holds of each rule holds of patches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from strandline.impl.threads import patch as impl
from strandline.impl.threads.patch import Cell
from strandline.model.threads import facts as model
from strandline.properties.engines.contracts.condition import Condition, Contract, conditions, refutations
from strandline.properties.systems.threads.contracts import wrong_patches as wrong

Rule: TypeAlias = Callable[[Cell | None, Cell | None], Cell | None]
"""Gives the one cell that does what two do, one after the other."""

Told: TypeAlias = tuple[int, int, int]
"""A cell in ints."""

One: TypeAlias = Callable[[Told], bool]
Two: TypeAlias = Callable[[Told, Told], bool]
Three: TypeAlias = Callable[[Told, Told, Told], bool]


def cell(told: Told) -> Cell | None:
    """Make a cell of three ints."""
    kind, value, explicit = told
    if kind == 0:
        return None
    return Cell(None if kind == 1 else value, explicit != 0)


def model_title(former: Cell | None, latter: Cell | None) -> Cell | None:
    """Merge two titles as the model does; its titles are numbers of lines, and none is cleared."""
    merged = model.merge(_title(former), _title(latter))
    return None if merged.title == 0 else Cell(merged.title, merged.explicit)


def _title(given: Cell | None) -> model.Patch:
    if given is None or not isinstance(given.value, int) or given.value == 0:
        return model.EMPTY
    return model.Patch(title=given.value, explicit=given.explicit)


def model_last(former: Cell | None, latter: Cell | None) -> Cell | None:
    """Merge two models as the model does."""
    merged = model.merge(model.Patch(model=_number(former)), model.Patch(model=_number(latter)))
    return None if merged.model == 0 else Cell(merged.model)


def model_maximum(former: Cell | None, latter: Cell | None) -> Cell | None:
    """Merge two times as the model does; they are above 0."""
    merged = model.merge(model.Patch(updated=_time(former)), model.Patch(updated=_time(latter)))
    return None if merged.updated == 0 else Cell(merged.updated)


def _number(given: Cell | None) -> int:
    return given.value if given is not None and isinstance(given.value, int) else 0


def _time(given: Cell | None) -> int:
    return max(0, _number(given))


def associative(rule: Rule) -> Three:
    """Make the contract that it does not matter which patches were coalesced."""

    def coalesced(one: Told, other: Told, third: Told) -> bool:
        """Three cells come out the same, whichever two are merged first.

        post: _
        """
        first, second, last = cell(one), cell(other), cell(third)
        return rule(rule(first, second), last) == rule(first, rule(second, last))

    return coalesced


def neutral(rule: Rule) -> One:
    """Make the contract that a column that is not set changes nothing."""

    def alone(one: Told) -> bool:
        """A cell merged with none, before it or after it, is what it is.

        post: _
        """
        given = cell(one)
        return rule(given, None) == given == rule(None, given)

    return alone


def clearing(rule: Rule) -> Two:
    """Make the contract that clearing a column is not leaving it alone."""

    def cleared(one: Told, other: Told) -> bool:
        """What is cleared explicitly is clear, and what is derived later does not fill it.

        post: _
        """
        kind, value, _ = other
        derived = cell((kind, value, 0))
        clear = Cell(None, explicit=True)
        return rule(cell(one), clear) == clear == rule(clear, derived)

    return cleared


def explicit_wins(rule: Rule) -> Two:
    """Make the contract that nothing derived replaces what somebody asked for."""

    def asked_for(one: Told, other: Told) -> bool:
        """What is explicit stays under all that is derived, and replaces all before it.

        post: _
        """
        asked = Cell(one[1], explicit=True)
        derived = cell((other[0], other[1], 0))
        return rule(asked, derived) == asked and rule(cell(other), asked) == asked

    return asked_for


def latching(rule: Rule) -> Two:
    """Make the contract that the first derived value stays."""

    def first_seen(one: Told, other: Told) -> bool:
        """A derived value is not replaced by a derived one.

        post: _
        """
        first = Cell(one[1])
        return rule(first, cell((other[0], other[1], 0))) == first

    return first_seen


def rising(rule: Rule) -> Two:
    """Make the contract that a maximum is one."""

    def greatest(one: Told, other: Told) -> bool:
        """Of two times the later one is kept, in whatever order they come.

        post: _
        """
        first, second = Cell(one[1]), Cell(other[1])
        merged = rule(first, second)
        return merged is not None and merged.value == max(one[1], other[1])

    return greatest


def model_rising(one: Told, other: Told) -> bool:
    """Of two times of the model, which are above 0, the later one is kept.

    post: _
    """
    merged = model.merge(model.Patch(updated=one[1]), model.Patch(updated=other[1]))
    return merged.updated == max(one[1], other[1])


impl_title_is_associative = associative(impl.latch)
impl_last_is_associative = associative(impl.last)
impl_maximum_is_associative = associative(impl.maximum)
impl_title_is_neutral = neutral(impl.latch)
impl_last_is_neutral = neutral(impl.last)
impl_maximum_is_neutral = neutral(impl.maximum)
impl_title_clears = clearing(impl.latch)
impl_last_clears = clearing(impl.last)
impl_title_is_explicit = explicit_wins(impl.latch)
impl_last_is_explicit = explicit_wins(impl.last)
impl_title_latches = latching(impl.latch)
impl_maximum_rises = rising(impl.maximum)

model_title_is_associative = associative(model_title)
model_last_is_associative = associative(model_last)
model_maximum_is_associative = associative(model_maximum)
model_maximum_rises = model_rising

wrong_title_is_associative = associative(wrong.half_latched)
wrong_last_is_associative = associative(wrong.unequal)
wrong_maximum_is_associative = associative(wrong.unequal)
wrong_title_is_neutral = neutral(wrong.forgetful)
wrong_last_is_neutral = neutral(wrong.forgetful)
wrong_maximum_is_neutral = neutral(wrong.forgetful)
wrong_title_clears = clearing(wrong.forgetful)
wrong_last_clears = clearing(wrong.forgetful)
wrong_title_is_explicit = explicit_wins(wrong.latest)
wrong_last_is_explicit = explicit_wins(wrong.latest)
wrong_title_latches = latching(wrong.overruling)
wrong_maximum_rises = rising(wrong.latest)

CONTRACTS: Final = (
    Contract("title_is_associative", "P9", "titles merge in any grouping", "latches by what is told"),
    Contract("last_is_associative", "P9", "models merge in any grouping", "compares with twice the former"),
    Contract("maximum_is_associative", "P9", "times merge in any grouping", "compares with twice the former"),
    Contract("title_is_neutral", "P9", "an unset title changes nothing", "drops what is cleared", sides=("impl",)),
    Contract("last_is_neutral", "P9", "an unset model changes nothing", "drops what is cleared", sides=("impl",)),
    Contract("maximum_is_neutral", "P9", "an unset time changes nothing", "drops what is cleared", sides=("impl",)),
    Contract("title_clears", "P9", "a cleared title is no unset one", "drops what is cleared", sides=("impl",)),
    Contract("last_clears", "P9", "a cleared model is no unset one", "drops what is cleared", sides=("impl",)),
    Contract("title_is_explicit", "P9", "an explicit title stays", "takes what is last", sides=("impl",)),
    Contract("last_is_explicit", "P9", "an explicit model stays", "takes what is last", sides=("impl",)),
    Contract("title_latches", "P9", "the first title stays", "lets a later one replace it", sides=("impl",)),
    Contract("maximum_rises", "P9", "the greatest time stays", "takes what is last"),
)
"""All that is to be confirmed, and refuted of the texts that are wrong."""

CONDITIONS: Final[tuple[Condition, ...]] = tuple(
    conditions(__name__, CONTRACTS, {"model": "the model", "impl": "the store"})
)
REFUTED: Final[tuple[Condition, ...]] = tuple(refutations(__name__, CONTRACTS))
