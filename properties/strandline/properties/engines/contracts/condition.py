"""A condition: one question for the prover, and how the questions of a module are named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Side: TypeAlias = Literal["model", "impl"]

SIDES: Final[dict[Side, str]] = {"model": "the model", "impl": "the scanner"}
"""Whose text is asked about, and what it is called."""


class Condition(NamedTuple):
    """One question for CrossHair: the law that it is a part of, what it says, and the command that asks it.

    ``check`` asks whether a contract holds, ``diffbehavior`` whether two functions agree.
    ``targets`` are full dotted names. ``bounds`` tell what is any int and what is not. A quick one is asked by
    ``strandline check``, every one by ``strandline prove --full``.
    """

    law: str
    says: str
    command: Literal["check", "diffbehavior"]
    targets: tuple[str, ...]
    bounds: str = ""
    quick: bool = False


class Contract(NamedTuple):
    """What a module asks of each side that has a text of it.

    The module holds ``model_NAME`` and ``impl_NAME``, and ``wrong_NAME``: the same contract of a text that is wrong,
    which ``wrong`` describes and the prover has to refute.
    """

    name: str
    law: str
    says: str
    wrong: str
    bounds: str = "all ints"
    sides: tuple[Side, ...] = ("model", "impl")
    quick: tuple[Side, ...] = ()


def conditions(module: str, contracts: tuple[Contract, ...], sides: Mapping[Side, str] = SIDES) -> Iterator[Condition]:
    """Give the conditions that a module's contracts are, side by side; ``sides`` says what each is called."""
    for contract in contracts:
        for side in contract.sides:
            yield Condition(
                contract.law,
                f"{contract.says}, in {sides[side]}",
                "check",
                (f"{module}.{side}_{contract.name}",),
                contract.bounds,
                side in contract.quick,
            )


def refutations(module: str, contracts: tuple[Contract, ...]) -> Iterator[Condition]:
    """Give what is to be refuted: each contract, of the text that is wrong."""
    for contract in contracts:
        says = f"{contract.says}, in a text that {contract.wrong}"
        yield Condition(contract.law, says, "check", (f"{module}.wrong_{contract.name}",), contract.bounds)
