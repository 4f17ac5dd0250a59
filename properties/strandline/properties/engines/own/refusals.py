"""What is refused of a system that somebody declared wrongly, as far as it is seen before it is searched."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args, get_type_hints

from strandline.model.terms import Rank
from strandline.properties.core.declared import WorldError
from strandline.properties.core.system import MODEL, SHIPPED
from strandline.properties.engines.own.events import REFINES
from strandline.properties.engines.own.worlds import LARGE, SMALL, searched_whole

if TYPE_CHECKING:
    from strandline.properties.core.own import Own
    from strandline.properties.engines.records.shape import Shape, Thing


def require(own: Own) -> None:
    """Refuse what is declared wrongly, as far as it is seen at once.

    Raises:
        WorldError: something is; it is named.
    """
    numbers = [law.number for law in own.laws]
    names = [action.name for action in own.actions]
    named = {
        "law": numbers,
        "action": names,
        "mutant": [one.name for one in own.mutants],
        "world": [*own.worlds, *own.larger, LARGE],
    }
    for what, several in named.items():
        twice = next((one for one in several if several.count(one) > 1), None)
        if twice is not None:
            raise WorldError(f"system {own.name!r} has more than one {what} {twice!r}")
    few = next((name for name, count in ((SMALL, own.small), (LARGE, own.large)) if count < 1), None)
    if few is not None:
        raise WorldError(f"system {own.name!r} has no actors: {few} must be at least 1")
    if REFINES.number in numbers:
        raise WorldError(f"law {REFINES.number!r} is given by strandline: call yours otherwise")
    _require_mutants(own, numbers)
    _require_code(own, names)


def _require_mutants(own: Own, numbers: list[str]) -> None:
    """Refuse mutants that change nothing, or that nothing can catch.

    Raises:
        WorldError: there is one; it is named.
    """
    for one in own.mutants:
        if one.law not in (*numbers, REFINES.number):
            raise WorldError(f"mutant {one.name!r} is to be caught by law {one.law!r}, and there is no such law")
        if one.real is None and one.actions is None:
            raise WorldError(f"mutant {one.name!r} changes nothing: give it real code or actions")
        if one.where and one.where not in (*searched_whole(own), *own.larger):
            raise WorldError(f"mutant {one.name!r} is to be caught in world {one.where!r}, and there is no such world")
        if one.name in (MODEL, SHIPPED):
            raise WorldError(f"no mutant can be called {one.name!r}")


def _require_code(own: Own, names: list[str]) -> None:
    """Refuse real code that is called by no action, or by one that there is not.

    Raises:
        WorldError: there is such code; whose it is is named.
    """
    for who, real in ((f"system {own.name!r}", own.real), *((f"mutant {one.name!r}", one.real) for one in own.mutants)):
        called = () if real is None else real.actions
        if real is not None and not called:
            raise WorldError(f"{who} has real code and calls none of it: name an action of it")
        unknown = next((name for name in called if name not in names), None)
        if unknown is not None:
            raise WorldError(f"{who} has real code for action {unknown!r}, and there is no such action")


def require_flat(own: Own, shape: Shape) -> None:
    """Refuse a rank that lies in a tuple or the like, where it would be a number like any other.

    Raises:
        WorldError: there is one; its field is named.
    """
    for cls in shape.classes:
        hints = get_type_hints(cls, include_extras=True)
        for field in shape.fields(cls):
            if field.kind == "leaf" and _holds_rank(hints[field.name]):
                raise WorldError(
                    f"system {own.name!r}: field {field.name!r} of {cls.__name__} holds ranks in a value of several: "
                    "only a field of its own can be a rank, so give each a field, in a record if they are many"
                )


def _holds_rank(hint: Thing) -> bool:
    """Tell whether a type, or one within it, is marked a rank."""
    return any(isinstance(one, Rank) or _holds_rank(one) for one in get_args(hint))
