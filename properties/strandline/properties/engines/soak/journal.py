"""The journal: what a worker has done, line by line, so that its death takes nothing away that was written.

Each process of a soak has a file of its own, so no two write into one. A line goes out by one unbuffered write at the
end of each case. What was written survives the death of the process; a failure of power is not guarded against.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

import msgspec

from strandline.properties.engines.soak.plan import Plan  # noqa: TC001 - msgspec reads the annotations
from strandline.properties.evidence import strict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Self

    from strandline.properties.engines.soak.plan import Slice

VERSION: Final = 2
"""Raised when the meaning of a line changes."""

LINE_MAX: Final = 1024 * 1024
"""The longest line, in bytes."""

DENSE_MAX: Final = 64 * 1024 * 1024
"""Bytes of a journal after which a line counts a whole slice, and no longer each case of it."""

BYTES_MAX: Final = 1024 * 1024 * 1024
"""The largest journal; a worker whose journal is full plays no further slice."""

SAYS_MAX: Final = 4_000
"""Characters kept of a message."""

ENDING: Final = ".jsonl"


class Opened(msgspec.Struct, frozen=True, tag="journal"):
    """The first line: whose journal it is."""

    version: Literal[2]
    worker: str
    process: int


class Planned(msgspec.Struct, frozen=True, tag="plan"):
    """The soak begins; written once, by the process that deals the shifts out."""

    plan: Plan
    began: str


class Begun(msgspec.Struct, frozen=True, tag="slice"):
    """A slice begins."""

    number: int
    machine: str
    seed: int
    cases: int
    steps: int


class Counted(msgspec.Struct, frozen=True, tag="cases"):
    """What cases of a slice came to, beyond what the lines before say."""

    slice: int
    counts: dict[str, int]


class Ended(msgspec.Struct, frozen=True, tag="end"):
    """A slice has come to its end."""

    slice: int


class Cut(msgspec.Struct, frozen=True, tag="cut"):
    """The end of the soak has cut a slice short, after a case."""

    slice: int


class Broke(msgspec.Struct, frozen=True, tag="violated"):
    """A law is broken. ``trace`` is a file of so many steps; ``replays`` tells that it was replayed, and breaks it."""

    slice: int
    law: str
    says: str
    steps: int
    trace: str
    replays: bool


class Failed(msgspec.Struct, frozen=True, tag="broken"):
    """What was played and the model have parted ways, or the machine itself has failed."""

    slice: int
    says: str


class Lost(msgspec.Struct, frozen=True, tag="lost"):
    """A worker is dead."""

    worker: str


class Over(msgspec.Struct, frozen=True, tag="over"):
    """The soak is over; written once. ``ended`` says how: by itself, by Ctrl-C, or by a failure of pytest's own."""

    seconds: float
    ended: Literal["done", "interrupted", "failed"]


Line: TypeAlias = Opened | Planned | Begun | Counted | Ended | Cut | Broke | Failed | Lost | Over

_LINE: Final = cast("type[Line]", Line)
_ENCODER: Final = msgspec.json.Encoder()


class FullError(Exception):
    """A journal has reached its limit."""


class Journal:
    """The journal of this process."""

    def __init__(self, folder: Path, worker: str, process: int) -> None:
        """Open a new journal.

        Raises:
            OSError: it cannot be made, or there is one already.
        """
        self._path = folder / f"{worker}-{process}{ENDING}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._file = os.fdopen(os.open(self._path, flags, 0o600), "wb", buffering=0)  # for this user's eyes
        self._size = 0
        self._slice = 0
        self._untold: Counter[str] = Counter()
        self.write(Opened(VERSION, worker, process))

    def write(self, line: Line) -> None:
        """Write a line.

        Raises:
            OSError: it cannot be written; the rest of the soak would go unrecorded.
        """
        data = _ENCODER.encode(line) + b"\n"
        if self._file.write(data) != len(data):
            raise OSError(f"{self._path}: a line could not be written whole; is the disk full?")
        self._size += len(data)

    def begin(self, one: Slice) -> None:
        """Tell that a slice begins.

        Raises:
            FullError: there is no room for it.
        """
        if self._size >= BYTES_MAX:
            raise FullError(f"{self._path} has reached its limit of {BYTES_MAX:,} bytes")
        self._slice, self._untold = one.number, Counter()
        self.write(Begun(*one))

    def case(self, counts: Counter[str]) -> None:
        """Tell what was counted in a case of this slice; a long journal waits for the end of the slice."""
        self._untold += counts
        if self._size < DENSE_MAX:
            self._tell()

    def end(self) -> None:
        """Tell that this slice has ended, and what has not been told of it."""
        self._tell()
        self.write(Ended(self._slice))

    def cut(self) -> None:
        """Tell that the end of the soak has cut this slice short, and what has not been told of it."""
        self._tell()
        self.write(Cut(self._slice))

    def _tell(self) -> None:
        if self._untold:
            self.write(Counted(self._slice, dict(self._untold)))
            self._untold = Counter()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        """Give the journal itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the journal."""
        self.close()


class Reading:
    """Reads a journal that may still be growing, each line once."""

    def __init__(self, path: Path) -> None:
        """Begin at the first line."""
        self.path = path
        self.damaged = 0
        self._offset = 0
        self.torn = False

    def lines(self) -> Iterator[Line]:
        """Give the whole lines that are new. ``torn`` then says whether half a line stands at the end.

        A line that is none is passed over and counted in ``damaged``.
        """
        with self.path.open("rb") as file:
            file.seek(self._offset)
            while data := file.readline(LINE_MAX):
                self.torn = not data.endswith(b"\n") and len(data) < LINE_MAX
                if self.torn:
                    return
                self._offset += len(data)
                try:
                    yield strict.decode(data, _LINE)
                except strict.LooseError:
                    self.damaged += 1
