"""What may be a value of a component: something that is equal to itself for ever."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

PLAIN: Final = (int, float, complex, str, bytes, bool, type(None), range, type, Enum)
"""Types whose values cannot change and hold nothing that can."""

DEPTH_MAX: Final = 50
"""How deep a value is looked into."""


ATOMS: Final = frozenset({int, str, bytes, bool, type(None)})
"""Types of which every value is fine; most values are of one, or hold nothing else."""


def refuse_mutable(value: object, what: str, error: type[Exception]) -> None:
    """Refuse a value that can change, or that is only equal to itself because it is the same object.

    Args:
        value: the value of a component.
        what: what to call it in the message.
        error: the type of error to raise.

    Raises:
        Exception: of that type, naming the offending part.
    """
    fault = fault_of(value)
    if fault:
        raise error(f"{what} {fault}")


def fault_of(value: object, depth: int = 0) -> str:
    """Say what is wrong with a value of a component, so deep inside of it; nothing if it can be one."""
    kind = type(value)
    if kind in ATOMS:
        return ""
    if isinstance(value, PLAIN):
        return f"holds {value!r}, which is not equal to itself" if value != value else ""  # noqa: PLR0124 - only a NaN
    if depth > DEPTH_MAX:
        return f"is more than {DEPTH_MAX} levels deep"
    # What it holds comes first: a tuple with a list inside cannot be hashed, and the list is to blame.
    for part in value if kind is tuple or kind is frozenset else _parts(value):  # type: ignore[attr-defined] # it holds parts
        if type(part) not in ATOMS and (fault := fault_of(part, depth + 1)):
            return fault
    fault = "" if kind is tuple or kind is frozenset else _fault(kind)
    hashed: object = kind.__hash__
    if not fault and hashed not in BY_PARTS:
        try:
            hash(value)
        except TypeError:
            fault = CAN_CHANGE
    return f"holds a {kind.__name__}, {fault}" if fault else ""


CAN_CHANGE: Final = "which can change: use an immutable value"

BY_PARTS: Final = (tuple.__hash__, frozenset.__hash__)
"""How values are hashed that can be hashed if their parts can."""


def _fault(kind: type) -> str:
    """Say what is wrong with all values of a type, nothing if that is not known of the type alone."""
    hashed: object = kind.__hash__
    if hashed is None:
        return CAN_CHANGE
    if hashed is object.__hash__:
        return "which is compared by identity: give it __eq__ and __hash__"
    if is_dataclass(kind) and not kind.__dataclass_params__.frozen:  # type: ignore[attr-defined] # typeshed leaves it out
        return "a dataclass that is not frozen"
    return ""


def _parts(value: object) -> Iterable[object]:
    """Give what a value holds, as far as it can be looked into."""
    if isinstance(value, (tuple, frozenset)):
        return value
    if is_dataclass(value):
        return [getattr(value, one.name) for one in fields(value)]
    return ()
