"""The law of order (M4): dominates is reflexive, antisymmetric up to equal rank, and transitive.

A contract is a function over ints whose docstring ends in ``post: _``: what it returns must
be true for all ints. Each calls the order itself, so that what is proved is what is shipped.
Keep to ints: of the same laws over a memo with its strings and optionals nothing is confirmed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from strandline.impl.memo import order as impl
from strandline.model.memo import order as model
from strandline.properties.engines.contracts.condition import Condition, Contract
from strandline.properties.systems.memo.contracts import wrong_orders as wrong

Order: TypeAlias = Callable[[int, int, int, int, int, int], bool]
"""Whether a first (epoch, observation, coverage) dominates a second."""

Rank: TypeAlias = tuple[int, int, int]
"""Epoch, observation and coverage of a memo."""

FileOrder: TypeAlias = Callable[[int, int, int, int, int, int, int, int], bool]
"""Whether a first (lineage, epoch, observation, coverage) dominates a second."""

FileRank: TypeAlias = tuple[int, int, int, int]
"""Lineage, epoch, observation and coverage of a memo."""

One: TypeAlias = Callable[[Rank], bool]
Two: TypeAlias = Callable[[Rank, Rank], bool]
Three: TypeAlias = Callable[[Rank, Rank, Rank], bool]
"""A contract over the ranks of one, two or three memos."""


def reflexive(order: Order) -> One:
    """Make the contract that an order is reflexive."""

    def itself(one: Rank) -> bool:
        """Every memo dominates itself.

        post: _
        """
        return order(*one, *one)

    return itself


def antisymmetric(order: Order) -> Two:
    """Make the contract that an order is antisymmetric up to equal rank."""

    def pair(one: Rank, other: Rank) -> bool:
        """Two memos that dominate each other have one rank.

        post: _
        """
        return not (order(*one, *other) and order(*other, *one)) or one == other

    return pair


def transitive(order: Order) -> Three:
    """Make the contract that an order is transitive."""

    def chain(one: Rank, other: Rank, third: Rank) -> bool:
        """What dominates a memo dominates all that this memo dominates.

        post: _
        """
        return not (order(*one, *other) and order(*other, *third)) or order(*one, *third)

    return chain


def transitive_over_lineages(order: FileOrder) -> Callable[[FileRank, FileRank, FileRank], bool]:
    """Make the contract that an order that sees lineages is transitive."""

    def chain(one: FileRank, other: FileRank, third: FileRank) -> bool:
        """What dominates a memo dominates all that this memo dominates.

        post: _
        """
        return not (order(*one, *other) and order(*other, *third)) or order(*one, *third)

    return chain


model_is_reflexive = reflexive(model.dominates)
impl_is_reflexive = reflexive(impl.dominates)
wrong_is_reflexive = reflexive(wrong.strict)

model_is_antisymmetric = antisymmetric(model.dominates)
impl_is_antisymmetric = antisymmetric(impl.dominates)
wrong_is_antisymmetric = antisymmetric(wrong.blind_to_coverage)

model_is_transitive = transitive(model.dominates)
impl_is_transitive = transitive(impl.dominates)
wrong_is_transitive = transitive(wrong.either)

CONTRACTS: Final = (
    Contract("is_reflexive", "M4", "the order is reflexive", "asks for strictly newer", quick=("model", "impl")),
    Contract("is_antisymmetric", "M4", "the order is antisymmetric", "leaves coverage out", quick=("model", "impl")),
    Contract(
        "is_transitive", "M4", "the order is transitive", "is content with newer or wider", quick=("model", "impl")
    ),
)
"""All that is to be confirmed of the two orders, but that they agree."""

either_is_antisymmetric = antisymmetric(wrong.either)
per_lineage_is_transitive = transitive_over_lineages(wrong.per_lineage)
narrower_is_reflexive = reflexive(wrong.narrower)
narrower_is_antisymmetric = antisymmetric(wrong.narrower)
narrower_is_transitive = transitive(wrong.narrower)

REFUTED: Final = (
    Condition(
        "M4",
        "an order content with newer or wider is antisymmetric",
        "check",
        (f"{__name__}.either_is_antisymmetric",),
        "all ints",
    ),
    Condition(
        "M4",
        "an order that compares coverage within one lineage only is transitive",
        "check",
        (f"{__name__}.per_lineage_is_transitive",),
        "all ints",
    ),
)
"""What is to be refuted of wrong orders besides."""

LAWFUL: Final = tuple(
    Condition("M4", f"an order that prefers the narrower memo is {law}", "check", (f"{__name__}.narrower_is_{law}",))
    for law in ("reflexive", "antisymmetric", "transitive")
)
"""What is confirmed of a wrong order nevertheless: why agreement is proved beside the laws."""
