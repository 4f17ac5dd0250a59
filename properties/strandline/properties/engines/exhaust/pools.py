"""Numbers values: states are searched as numbers, and a value is looked at once."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from strandline.properties.engines.exhaust.values import fault_of
from strandline.properties.engines.exhaust.world import WorldError

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.world import Value


class Pool:
    """The distinct values that a component was seen to hold, numbered from 0 as they came.

    Values that are equal get one number, as everywhere in Python: ``True`` and ``1`` are one value.
    """

    def __init__(self) -> None:
        self.values: list[Value] = []
        self._numbers: dict[Value, int] = {}
        self._hashes = array("q")

    def __len__(self) -> int:
        return len(self.values)

    def number(self, value: Value) -> int:
        """Give the number of a value, a new one if it was not seen before."""
        number = self._numbers.get(value)
        if number is None:
            number = self._numbers[value] = len(self.values)
            self.values.append(value)
            self._hashes.append(hash(value))
        return number

    def written(self, value: Value, who: str, name: str) -> int:
        """Give the number of a value that a function wrote to a component; one that is new is looked into.

        Raises:
            WorldError: it can change; the message says who wrote it.
        """
        try:
            number = self._numbers.get(value)
        except TypeError:  # something in it cannot be hashed
            number = None
        if number is None:
            fault = fault_of(value)
            if fault:
                raise WorldError(f"{who} wrote to {name!r} a value that {fault}")
            number = self.number(value)
        return number

    def changed(self) -> Value:
        """Give a value whose hash is another one than when it was first seen; None if all are as they were."""
        return next(
            (value for value, known in zip(self.values, self._hashes, strict=True) if hash(value) != known), None
        )
