"""Maps pairs of small numbers to numbers, for whole arrays at once."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints: TypeAlias = npt.NDArray[np.int64]
    Truths: TypeAlias = npt.NDArray[np.bool_]

UNKNOWN: Final = -1
"""Stands where nothing was put yet."""

DENSE_MAX: Final = 1 << 21
"""Places that a table may have as a plain array; beyond it keeps only what was put, and looks it up by hash."""

ANY: Final = 1 << 62
"""More numbers than there can be."""

PROBES_MAX: Final = 1 << 12
"""Places that are tried for one key; half of the places are free, so a handful is the rule."""

SCATTER: Final = 0x9E3779B97F4A7C15
"""Multiplied with a key, so that neighbours lie far apart."""


class _Hashed(NamedTuple):
    """Keys scattered over twice as many places or more, -1 where there is none, and what was put for each."""

    keys: Ints
    numbers: Ints
    shift: int


class Column:
    """Numbers that are added one by one, and read one by one from ``values`` or all at once."""

    def __init__(self) -> None:
        """Begin with none."""
        self.values = array("q")
        self._read = np.zeros(16, np.int64)
        self._count = 0

    def __len__(self) -> int:
        return len(self.values)

    @property
    def nbytes(self) -> int:
        """The bytes that the numbers take."""
        return 8 * len(self.values) + self._read.nbytes

    def whole(self) -> Ints:
        """Give all numbers; only those that are new are copied, into room that is doubled when it does not suffice."""
        count = len(self.values)
        if count > self._count:
            if count > len(self._read):
                self._read = np.concatenate((self._read[: self._count], np.zeros(2 * count - self._count, np.int64)))
            # The view is gone at the end of the line: while there is one, nothing can be added.
            self._read[self._count : count] = np.frombuffer(self.values, np.int64)[self._count :]
            self._count = count
        return self._read[:count]


class Table:
    """Gives the number that was put for a pair (first, second), or :data:`UNKNOWN`."""

    def __init__(self) -> None:
        self._dense: Ints | None = np.full((8, 8), UNKNOWN, np.int64)
        self._hashed = _hashed(4)
        self._count = 0

    @property
    def nbytes(self) -> int:
        """The bytes that the table takes."""
        return self._hashed.keys.nbytes + self._hashed.numbers.nbytes if self._dense is None else self._dense.nbytes

    def get(self, first: Ints, second: Ints, firsts: int = ANY, seconds: int = ANY) -> Ints:
        """Look up many pairs; who knows how many numbers there are may say so, and they are not looked through."""
        dense = self._dense
        if dense is None:
            return _looked_up(self._hashed, (first << 32) | second)
        height, width = dense.shape
        flat = dense.reshape(-1)
        places = first * width + second
        if (firsts > height or seconds > width) and _beyond(first, height, second, width):
            inside = (first < height) & (second < width)
            places[~inside] = 0
            found: Ints = np.where(inside, flat.take(places), UNKNOWN)
        else:
            found = flat.take(places)
        return found

    def find(self, first: int, second: int) -> int:
        """Look up one pair."""
        dense = self._dense
        if dense is None:
            return int(_looked_up(self._hashed, np.array([(first << 32) | second]))[0])
        height, width = dense.shape
        return dense.item(first, second) if first < height and second < width else UNKNOWN

    def put_one(self, first: int, second: int, number: int) -> None:
        """Put the number of one pair that has none yet."""
        self._grow(first, second, 1)
        self._count += 1
        if self._dense is not None:
            self._dense[first, second] = number
        else:
            _scatter(self._hashed, np.array([(first << 32) | second]), np.array([number]))

    def put(self, first: Ints, second: Ints, numbers: Ints) -> None:
        """Put the numbers of different pairs that have none yet."""
        self._grow(int(first.max()), int(second.max()), len(first))
        self._count += len(first)
        if self._dense is not None:
            self._dense[first, second] = numbers
        else:
            _scatter(self._hashed, (first << 32) | second, numbers)

    def _grow(self, first: int, second: int, more: int) -> None:
        """Make room for pairs up to this one, in an array that is large enough or in a hashed table."""
        if self._dense is None:
            while 2 * (self._count + more) > len(self._hashed.keys):
                self._hashed = _rehashed(self._hashed)
            return
        dense = self._dense
        if first < dense.shape[0] and second < dense.shape[1]:
            return
        height, width = (_doubled(size, needed) for size, needed in zip(dense.shape, (first, second), strict=True))
        if height * width <= DENSE_MAX:
            larger = np.full((height, width), UNKNOWN, np.int64)
            larger[: dense.shape[0], : dense.shape[1]] = dense
            self._dense = larger
            return
        rows, columns = np.nonzero(dense != UNKNOWN)
        hashed = _hashed(max(4, int(4 * (len(rows) + more)).bit_length()))
        if rows.size:
            _scatter(hashed, (rows << 32) | columns, dense[rows, columns])
        self._hashed, self._dense = hashed, None


def _beyond(first: Ints, height: int, second: Ints, width: int) -> bool:
    return len(first) > 0 and (int(first.max()) >= height or int(second.max()) >= width)


def _doubled(size: int, needed: int) -> int:
    while size <= needed:
        size *= 2
    return size


def _hashed(bits: int) -> _Hashed:
    return _Hashed(np.full(1 << bits, -1, np.int64), np.full(1 << bits, UNKNOWN, np.int64), 64 - bits)


def _rehashed(old: _Hashed) -> _Hashed:
    new = _hashed(64 - old.shift + 1)
    known = old.keys >= 0
    _scatter(new, old.keys[known], old.numbers[known])
    return new


def _places(hashed: _Hashed, keys: Ints) -> Ints:
    return ((keys.astype(np.uint64) * np.uint64(SCATTER)) >> np.uint64(hashed.shift)).astype(np.int64)


def _scatter(hashed: _Hashed, keys: Ints, numbers: Ints) -> None:
    """Put keys that are not there yet, each in the first free place from its own on."""
    places = _places(hashed, keys)
    last = len(hashed.keys) - 1
    for _ in range(PROBES_MAX):
        free = hashed.keys[places] < 0
        hashed.numbers[places[free]] = numbers[free]
        hashed.keys[places[free]] = keys[free]
        lost = hashed.keys[places] != keys  # another key took the place in the same stroke
        hashed.numbers[places[~lost]] = numbers[~lost]
        if not lost.any():
            return
        places, keys, numbers = (places[lost] + 1) & last, keys[lost], numbers[lost]
    raise OverflowError(f"a key found no place in {PROBES_MAX} tries")


def _looked_up(hashed: _Hashed, keys: Ints) -> Ints:
    places = _places(hashed, keys)
    last = len(hashed.keys) - 1
    there = hashed.keys.take(places)
    found = hashed.numbers.take(places)
    missed = np.flatnonzero(there != keys)
    found[missed] = UNKNOWN
    missed = missed[there[missed] >= 0]
    for _ in range(PROBES_MAX):
        if not len(missed):
            return found
        places[missed] = (places[missed] + 1) & last
        there = hashed.keys.take(places[missed])
        hit = there == keys[missed]
        found[missed[hit]] = hashed.numbers.take(places[missed[hit]])
        missed = missed[~hit & (there >= 0)]
    raise OverflowError(f"a key was not found in {PROBES_MAX} tries")
