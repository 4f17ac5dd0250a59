"""What a soak is to do, and how that is dealt out: a soak is dealt in shifts, and a shift plays slices.

A slice is so many cases of one machine, drawn from one seed: it can be played again, from its number alone. A shift is
an item of pytest, the unit that xdist hands to a worker.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import msgspec

from strandline.properties.core.line import command
from strandline.properties.core.system import SHIPPED

if TYPE_CHECKING:
    from collections.abc import Iterable

CASES_A_SLICE: Final = 50
"""A few seconds: what is played again if a worker dies in it."""

SECONDS_A_SHIFT: Final = 10.0
SHIFTS_MAX: Final = 1_000
"""A shift takes that many seconds, or more where a worker would have more shifts than that."""

SLICES_A_SHIFT: Final = 1_000_000
"""The most slices in one shift, and the distance between the numbers of two shifts."""


class Slice(NamedTuple):
    """Some cases of a machine, named as its engine is, all drawn from one seed."""

    number: int
    machine: str
    seed: int
    cases: int
    steps: int


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a soak was asked for.

    ``system`` is found by ``module:name``; it is empty for the one that is played unless another is named. ``subject``
    is that system as it is shipped or a mutant of it, ``machines`` are the names of its machines. ``seconds`` and
    ``cases`` bound the soak; the first one that is reached ends it, None bounds nothing. ``only`` names the one slice
    that is to be played again.
    """

    subject: str
    machines: tuple[str, ...]
    seed: int
    workers: Annotated[int, msgspec.Meta(ge=1)]
    steps: int
    seconds: float | None = None
    cases: int | None = None
    only: int | None = None
    system: str = ""

    @property
    def option(self) -> tuple[str, ...]:
        """The option that names the system where a trace of it is taken again; nothing for the built-in one."""
        return (f"--system={self.system}",) if self.system else ()

    def slice_of(self, number: int) -> Slice:
        """Give a slice by its number; the machines take turns."""
        before = 0 if self.only is not None else number * CASES_A_SLICE
        cases = CASES_A_SLICE if self.cases is None else min(CASES_A_SLICE, self.cases - before)
        return Slice(number, self.machines[number % len(self.machines)], self.seed + number, cases, self.steps)

    @property
    def shift_seconds(self) -> float:
        """After how many seconds a shift begins no further slice."""
        return max(SECONDS_A_SHIFT, (self.seconds or 0.0) / SHIFTS_MAX)

    @property
    def shifts(self) -> int:
        """How many shifts there are: enough that no worker runs out of them before the end."""
        if self.only is not None:
            return 1
        if self.cases is not None:
            return ceil(self.cases / CASES_A_SLICE)
        return self.workers * (ceil((self.seconds or 0.0) / self.shift_seconds) + 1)

    def numbers(self, shift: int) -> Iterable[int]:
        """Give the numbers of the slices of a shift: one if cases are counted, else as many as there is time for."""
        if self.only is not None:
            return (self.only,)
        if self.cases is not None:
            return (shift,)
        return range(shift * SLICES_A_SHIFT, (shift + 1) * SLICES_A_SHIFT)

    def again(self, number: int) -> str:
        """Give the line for a shell that plays a slice again."""
        options = {
            "--seed": self.seed,
            "--slice": number,
            "--steps": self.steps,
            "--cases": self.slice_of(number).cases,
            "--mutant": None if self.subject == SHIPPED else self.subject,
        }
        given = [str(word) for option in options.items() if option[1] is not None for word in option]
        return command(["strandline", "soak", *([self.system] if self.system else []), *given])

    def slices(self, shift: int) -> Iterable[Slice]:
        """Give the slices of a shift."""
        return map(self.slice_of, self.numbers(shift))
