"""Which of two memos stays: the order of memos, and what a write-back does by it.

A side says how it decides, by a class of its own below :class:`Order`, and is held against all that stands here.
"""

from typing import NamedTuple

import pytest

OPEN = -(2**63)


class Rank(NamedTuple):
    """All of a memo by which it is decided."""

    observation: int
    coverage: int = 0
    epoch: int = 0
    file: int = 1


class Order:
    """Claims about the order of a side."""

    def dominates(self, one: Rank, other: Rank) -> bool:
        """Tell whether a memo is at least as new as another, and covers as much."""
        raise NotImplementedError

    def write_back(self, mine: Rank, stored: Rank | None, epoch: int = 0) -> str:
        """Decide what becomes of a finished read."""
        raise NotImplementedError

    @pytest.mark.parametrize(
        ("newer", "older"),
        [
            (Rank(2), Rank(1)),
            (Rank(1, 4), Rank(1, 5)),
            (Rank(2, 5), Rank(2, 6)),
            (Rank(2, OPEN), Rank(1, 5)),
            (Rank(1, 9, epoch=1), Rank(2, 0)),
            (Rank(2, file=2), Rank(1)),
        ],
    )
    def test_newer_and_as_wide_dominates_and_is_not_dominated(self, newer: Rank, older: Rank) -> None:
        assert self.dominates(newer, older)
        assert not self.dominates(older, newer)
        assert self.dominates(newer, newer)

    @pytest.mark.parametrize(("one", "other"), [(Rank(2, 5), Rank(1, 4)), (Rank(2, 6), Rank(1, 5))])
    def test_of_two_memos_neither_dominates_if_one_is_newer_and_the_other_wider(self, one: Rank, other: Rank) -> None:
        assert not self.dominates(one, other)
        assert not self.dominates(other, one)

    @pytest.mark.parametrize(
        ("mine", "stored", "decision"),
        [
            (Rank(1), None, "put"),
            (Rank(2), Rank(1), "put"),
            (Rank(1), Rank(1), "put"),
            (Rank(1), Rank(2), "discard"),
            (Rank(1, 0), Rank(1, 5), "put"),
            (Rank(1, 5), Rank(1, 0), "discard"),
            (Rank(2, 5), Rank(1, 0), "top up theirs"),
            (Rank(1, 0), Rank(2, 5), "top up mine"),
            (
                Rank(1, OPEN),
                Rank(2, 50),
                "top up mine",
            ),  # H09: a wide refresh reads for long, a narrow one stores first
            (Rank(2, 5, file=2), Rank(1, 0), "put"),
            (Rank(1, 0, file=2), Rank(2, 5), "discard"),
            (Rank(2, 5), Rank(1, 0, file=2), "put"),
            (Rank(1, 0), Rank(2, 5, file=2), "discard"),
        ],
    )
    def test_a_write_back_puts_what_dominates_and_tops_up_what_is_incomparable(
        self, mine: Rank, stored: Rank | None, decision: str
    ) -> None:
        assert self.write_back(mine, stored) == decision

    @pytest.mark.parametrize("stored", [None, Rank(1), Rank(1, epoch=1), Rank(1, 50, epoch=1)])
    def test_a_memo_from_before_a_drop_is_never_put(self, stored: Rank | None) -> None:
        assert self.write_back(Rank(9), stored, 1) == "discard"
        assert self.write_back(Rank(9, epoch=1), stored, 1) == "put"
