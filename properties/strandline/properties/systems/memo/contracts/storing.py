"""The write-back (M3, M8): what a finished read does to the memo that is stored, over the ranks of both."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from strandline.properties.engines.contracts.condition import contract
from strandline.properties.systems.memo.contracts import sides, wrong
from strandline.properties.systems.memo.contracts.sides import Placed

Decide: TypeAlias = Callable[[Placed, Placed, int], str]
"""What becomes of a finished read beside a stored memo in an epoch."""

Two: TypeAlias = Callable[[Placed, Placed, int], bool]
"""A contract over a finished read, a stored memo, and the epoch of the store."""


@contract("M8", sides.DECIDE, wrong.undone_drop, "looks at no epoch", quick=True)
def forgotten(decide: Decide) -> Two:
    """What was read before a drop is discarded."""

    def late(mine: Placed, stored: Placed, epoch: int) -> bool:
        """What was read before the drop is discarded.

        post: _
        """
        return mine[0] >= epoch or decide(mine, stored, epoch) == "discard"

    return late


@contract("M3", sides.DECIDE, wrong.keeps_what_is_there, "keeps what is stored", quick=True)
def newer_is_put(decide: Decide) -> Two:
    """What was read later and reaches back as far is put."""

    def ahead(mine: Placed, stored: Placed, epoch: int) -> bool:
        """What was read later and reaches back as far is put.

        post: _
        """
        dominates = mine[2] >= stored[2] and mine[3] <= stored[3]
        return mine[0] < epoch or mine[0] != stored[0] or not dominates or decide(mine, stored, epoch) == "put"

    return ahead


@contract("M3", sides.DECIDE, wrong.puts_whatever_it_has, "puts whatever it has", quick=True)
def older_gives_way(decide: Decide) -> Two:
    """What was read before the stored memo and reaches back no further gives way."""

    def behind(mine: Placed, stored: Placed, epoch: int) -> bool:
        """What was read before the stored memo and reaches back no further is discarded.

        post: _
        """
        dominated = mine[2] < stored[2] and mine[3] >= stored[3]
        return mine[0] != stored[0] or not dominated or decide(mine, stored, epoch) == "discard"

    return behind


@contract("M3", sides.DECIDE, wrong.puts_whatever_it_has, "puts whatever it has")
def not_both_put(decide: Decide) -> Two:
    """Two memos of different rank are not put over each other."""

    def by_turns(mine: Placed, stored: Placed, epoch: int) -> bool:
        """Of two memos each is put over the other only if their ranks are one.

        post: _
        """
        both = decide(mine, stored, epoch) == decide(stored, mine, epoch) == "put"
        return not both or (mine[0], *mine[2:]) == (stored[0], *stored[2:])

    return by_turns


@contract("M3", sides.DECIDE, wrong.keeps_what_is_there, "keeps what is stored")
def not_both_discarded(decide: Decide) -> Two:
    """Two memos do not give way to each other."""

    def lost(mine: Placed, stored: Placed, epoch: int) -> bool:
        """Two memos that no drop came after do not give way to each other.

        post: _
        """
        both = decide(mine, stored, epoch) == decide(stored, mine, epoch) == "discard"
        return min(mine[0], stored[0]) < epoch or not both

    return lost


@contract("M3", sides.DECIDE, wrong.newest_takes_all, "lets the newer of two memos win")
def topped_up_if_incomparable(decide: Decide) -> Two:
    """One more read is asked for where one memo is newer and the other wider, and nowhere else."""

    def needed(mine: Placed, stored: Placed, epoch: int) -> bool:
        """One more read is asked for if of two memos of one file one is newer and the other wider, and only then.

        post: _
        """
        newer_and_narrower = mine[2] > stored[2] and mine[3] > stored[3]
        older_and_wider = mine[2] < stored[2] and mine[3] < stored[3]
        incomparable = mine[:2] == stored[:2] and (newer_and_narrower or older_and_wider)
        asked = decide(mine, stored, epoch) in {"top up mine", "top up theirs"}
        return asked == (incomparable and mine[0] >= epoch)

    return needed


@contract("M3", sides.DECIDE, wrong.tops_up_the_narrower, "tops up the narrower")
def wider_is_topped_up(decide: Decide) -> Two:
    """The memo that reaches further back is topped up."""

    def base(mine: Placed, stored: Placed, epoch: int) -> bool:
        """The memo that reaches further back is the one that is topped up.

        post: _
        """
        decision = decide(mine, stored, epoch)
        return (decision != "top up mine" or mine[3] < stored[3]) and (
            decision != "top up theirs" or stored[3] < mine[3]
        )

    return base


@contract("M3", sides.DECIDE, wrong.blind_to_the_file, "looks at no file")
def later_file_is_kept(decide: Decide) -> Two:
    """Of two files the one read later is kept."""

    def files(mine: Placed, stored: Placed, epoch: int) -> bool:
        """Of two files the memo that was read later is kept, however far each reaches back.

        post: _
        """
        apart = mine[0] == stored[0] and mine[0] >= epoch and mine[1] != stored[1] and mine[2] != stored[2]
        return not apart or decide(mine, stored, epoch) == ("put" if mine[2] > stored[2] else "discard")

    return files
