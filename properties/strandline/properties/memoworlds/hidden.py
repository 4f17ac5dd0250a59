"""What stands in a world for the parts that a step has not read: none of it can be looked at unnoticed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from typing import Self

NUMBERS: Final = frozenset({"commit", "observation", "seen"})
"""The numbers of a world. The next one is counted from the highest; else nothing is to be known of a hidden one."""


class Looked(Exception):  # noqa: N818 - no error: it asks for a part
    """A step of the model looked at a part of the world that was hidden from it."""

    def __init__(self, part: str, place: str) -> None:
        """Ask for a part; ``place`` is what of it was looked at."""
        super().__init__(place)
        self.part = part


class Hidden:
    """Stands for the value of a part, or for something in it. It may be handed on, and not looked at."""

    __slots__ = ("part", "place")

    def __init__(self, part: str, place: str = "") -> None:
        """Stand for what lies in this part."""
        self.part = part
        self.place = place or part

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - stands for a value of any type
        """Stand for what lies in it."""
        if name.startswith("__"):
            raise AttributeError(name)
        return HiddenNumber(self.part) if name in NUMBERS else Hidden(self.part, f"{self.place}.{name}")

    def __repr__(self) -> str:
        """Say what is hidden."""
        return f"<hidden {self.place}>"

    def __add__(self, more: int) -> Hidden:
        """Add nothing."""
        return self if not more else self._refuse()

    def _refuse(self, *_: object) -> NoReturn:
        raise Looked(self.part, self.place)

    __bool__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = _refuse
    __iter__ = __contains__ = __getitem__ = __call__ = __sub__ = __or__ = _refuse

    def __len__(self) -> int:
        """Refuse to count."""
        return self._refuse()


class Uncounted(Hidden):
    """Stands for rows that a step counts to tell of a memo; whoever tells it must leave the number out."""

    __slots__ = ()

    def __len__(self) -> int:
        """Give a number that is not told on."""
        return 0


class HiddenNumber(int):
    """Stands for a number that was not read. The next one may be counted from it, as it is below all that were read."""

    part: str

    def __new__(cls, part: str) -> Self:
        """Stand for the number of this part."""
        number = super().__new__(cls, 0)
        number.part = part
        return number

    def _refuse(self, *_: object) -> NoReturn:
        raise Looked(self.part, self.part)

    __bool__ = __le__ = __ge__ = _refuse  # the highest of some is found by > and <


class Since:
    """Stands for the serials of the files that the path led to since a refresh started: the first and all after it."""

    __slots__ = ("first",)

    def __init__(self, first: Any) -> None:  # noqa: ANN401 - a serial, or hidden
        """Begin with this serial."""
        self.first = first

    def __contains__(self, serial: int) -> bool:
        """Tell whether the path led to this file."""
        return bool(serial >= self.first)

    def __or__(self, _serials: frozenset[int]) -> Since:
        """Let the path lead to one more; serials only grow."""
        return self


hiding: Final = cache(Hidden)
"""Gives what stands for a part that was not read; nobody can change it, so one is enough."""

hiding_number: Final = cache(HiddenNumber)
"""Gives what stands for a number that was not read."""
