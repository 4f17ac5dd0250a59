"""The law of order (M4) as contracts that CrossHair reads, one function for each condition.

A contract is a function over ints whose docstring ends in ``post: _``: what it returns must
be true for all ints. Each calls the order itself, so that what is proved is what is shipped.
Keep to ints: of the same laws over a memo with its strings and optionals nothing is confirmed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

from strandline.impl import order as impl
from strandline.model import order as model

Order: TypeAlias = Callable[[int, int, int, int, int, int], bool]
"""Whether a first (epoch, observation, coverage) dominates a second."""

One: TypeAlias = Callable[[int, int, int], bool]
Two: TypeAlias = Callable[[int, int, int, int, int, int], bool]
Three: TypeAlias = Callable[[int, int, int, int, int, int, int, int, int], bool]
"""A contract over the ranks of one, two or three memos."""


class Condition(NamedTuple):
    """One question for CrossHair: what it means, the command that asks it, and of which functions.

    ``check`` asks whether a contract holds, ``diffbehavior`` whether two functions agree.
    ``targets`` are full dotted names.
    """

    says: str
    command: Literal["check", "diffbehavior"]
    targets: tuple[str, ...]


def reflexive(order: Order) -> One:
    """Make the contract that an order is reflexive."""

    def itself(epoch: int, observation: int, coverage: int) -> bool:
        """Every memo dominates itself.

        post: _
        """
        return order(epoch, observation, coverage, epoch, observation, coverage)

    return itself


def antisymmetric(order: Order) -> Two:
    """Make the contract that an order is antisymmetric up to equal rank."""

    def pair(  # noqa: PLR0913 - ints and no record, which is what the prover can reason about
        epoch: int, observation: int, coverage: int, epoch2: int, observation2: int, coverage2: int
    ) -> bool:
        """Two memos that dominate each other have one rank.

        post: _
        """
        forth = order(epoch, observation, coverage, epoch2, observation2, coverage2)
        back = order(epoch2, observation2, coverage2, epoch, observation, coverage)
        return not (forth and back) or (epoch, observation, coverage) == (epoch2, observation2, coverage2)

    return pair


def transitive(order: Order) -> Three:
    """Make the contract that an order is transitive."""

    def chain(  # noqa: PLR0913 - ints and no record, which is what the prover can reason about
        epoch: int,
        observation: int,
        coverage: int,
        epoch2: int,
        observation2: int,
        coverage2: int,
        epoch3: int,
        observation3: int,
        coverage3: int,
    ) -> bool:
        """What dominates a memo dominates all that this memo dominates.

        post: _
        """
        first = order(epoch, observation, coverage, epoch2, observation2, coverage2)
        second = order(epoch2, observation2, coverage2, epoch3, observation3, coverage3)
        return not (first and second) or order(epoch, observation, coverage, epoch3, observation3, coverage3)

    return chain


model_is_reflexive = reflexive(model.dominates)
model_is_antisymmetric = antisymmetric(model.dominates)
model_is_transitive = transitive(model.dominates)
impl_is_reflexive = reflexive(impl.dominates)
impl_is_antisymmetric = antisymmetric(impl.dominates)
impl_is_transitive = transitive(impl.dominates)

CONDITIONS: tuple[Condition, ...] = (
    Condition("the model's order is reflexive", "check", (f"{__name__}.model_is_reflexive",)),
    Condition("the model's order is antisymmetric", "check", (f"{__name__}.model_is_antisymmetric",)),
    Condition("the model's order is transitive", "check", (f"{__name__}.model_is_transitive",)),
    Condition("the implementation's order is reflexive", "check", (f"{__name__}.impl_is_reflexive",)),
    Condition("the implementation's order is antisymmetric", "check", (f"{__name__}.impl_is_antisymmetric",)),
    Condition("the implementation's order is transitive", "check", (f"{__name__}.impl_is_transitive",)),
    Condition(
        "the model's order and the implementation's agree",
        "diffbehavior",
        (f"{model.__name__}.dominates", f"{impl.__name__}.dominates"),
    ),
)
"""All that is to be confirmed of the two orders."""
