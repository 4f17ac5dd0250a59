"""A condition: one question for the prover, and how the questions of a module are named."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from inspect import getdoc
from typing import TYPE_CHECKING, Final, Generic, Literal, NamedTuple, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

T = TypeVar("T")

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
    which ``wrong`` describes and the prover has to refute. :func:`contract` puts them there.
    """

    name: str
    law: str
    says: str
    wrong: str
    bounds: str = "all ints"
    sides: tuple[Side, ...] = ("model", "impl")
    quick: tuple[Side, ...] = ()


@dataclass(frozen=True, slots=True)
class Texts(Generic[T]):
    """What is written twice: the text of the model and that of the implementation; None where there is none."""

    model: T | None = None
    impl: T | None = None


def contract(  # noqa: PLR0913 - a contract, and every text that it is asked of
    law: str, texts: Texts[T], wrong: T, which: str, bounds: str = "all ints", *, quick: bool = False
) -> Callable[[Callable[[T], Callable[..., bool]]], Contract]:
    """State a contract once: a function makes it of a text, and its docstring says what is claimed.

    The prover finds what it is asked by its name in a module. So the contract of each text is put into the module
    of the function, as :class:`Contract` says.

    Args:
        law: the number of the law that it is a part of.
        texts: the shipped texts that it is asked of.
        wrong: a text that is wrong, of which the prover has to refute it.
        which: what is wrong with that text.
        bounds: what is any int and what is not.
        quick: whether ``strandline check`` asks it as well.
    """
    asked: dict[str, T | None] = {"model": texts.model, "impl": texts.impl, "wrong": wrong}
    sides = tuple(side for side in SIDES if asked[side] is not None)

    def stated(make: Callable[[T], Callable[..., bool]]) -> Contract:
        for side, text in asked.items():
            if text is not None:
                setattr(sys.modules[make.__module__], f"{side}_{make.__name__}", make(text))
        says = (getdoc(make) or "").removesuffix(".")
        says = says[:1].lower() + says[1:]
        return Contract(make.__name__, law, says, which, bounds, sides, sides if quick else ())

    return stated


def stated_in(module: ModuleType) -> tuple[Contract, ...]:
    """Give the contracts of a module, as they stand there."""
    return tuple(one for one in vars(module).values() if isinstance(one, Contract))


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
