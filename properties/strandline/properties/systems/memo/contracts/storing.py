"""The write-back (M3, M8): what a finished read does to the memo that is stored, over the ranks of both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from strandline.properties.engines.contracts.condition import Contract
from strandline.properties.systems.memo.contracts import sides, wrong
from strandline.properties.systems.memo.contracts.sides import Placed

Decide: TypeAlias = Callable[[Placed, Placed, int], str]
"""What becomes of a finished read beside a stored memo in an epoch."""

Two: TypeAlias = Callable[[Placed, Placed, int], bool]
"""A contract over a finished read, a stored memo, and the epoch of the store."""


def forgotten(decide: Decide) -> Two:
    """Make the contract that a drop is not undone."""

    def late(mine: Placed, stored: Placed, epoch: int) -> bool:
        """What was read before the drop is discarded.

        post: _
        """
        return mine[0] >= epoch or decide(mine, stored, epoch) == "discard"

    return late


def newer_is_put(decide: Decide) -> Two:
    """Make the contract that the truth is not thrown away."""

    def ahead(mine: Placed, stored: Placed, epoch: int) -> bool:
        """What was read later and reaches back as far is put.

        post: _
        """
        dominates = mine[2] >= stored[2] and mine[3] <= stored[3]
        return mine[0] < epoch or mine[0] != stored[0] or not dominates or decide(mine, stored, epoch) == "put"

    return ahead


def older_gives_way(decide: Decide) -> Two:
    """Make the contract that a late write-back gives way."""

    def behind(mine: Placed, stored: Placed, epoch: int) -> bool:
        """What was read before the stored memo and reaches back no further is discarded.

        post: _
        """
        dominated = mine[2] < stored[2] and mine[3] >= stored[3]
        return mine[0] != stored[0] or not dominated or decide(mine, stored, epoch) == "discard"

    return behind


def not_both_put(decide: Decide) -> Two:
    """Make the contract that two write-backs do not overwrite each other."""

    def by_turns(mine: Placed, stored: Placed, epoch: int) -> bool:
        """Of two memos each is put over the other only if their ranks are one.

        post: _
        """
        both = decide(mine, stored, epoch) == decide(stored, mine, epoch) == "put"
        return not both or (mine[0], *mine[2:]) == (stored[0], *stored[2:])

    return by_turns


def not_both_discarded(decide: Decide) -> Two:
    """Make the contract that of two memos one stays."""

    def lost(mine: Placed, stored: Placed, epoch: int) -> bool:
        """Two memos that no drop came after do not give way to each other.

        post: _
        """
        both = decide(mine, stored, epoch) == decide(stored, mine, epoch) == "discard"
        return min(mine[0], stored[0]) < epoch or not both

    return lost


def topped_up_if_incomparable(decide: Decide) -> Two:
    """Make the contract that one more read is asked for only where it is needed."""

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


def wider_is_topped_up(decide: Decide) -> Two:
    """Make the contract that a top-up goes on from the wider memo."""

    def base(mine: Placed, stored: Placed, epoch: int) -> bool:
        """The memo that reaches further back is the one that is topped up.

        post: _
        """
        decision = decide(mine, stored, epoch)
        return (decision != "top up mine" or mine[3] < stored[3]) and (
            decision != "top up theirs" or stored[3] < mine[3]
        )

    return base


def later_file_is_kept(decide: Decide) -> Two:
    """Make the contract that of two files the one that the path led to later is kept."""

    def files(mine: Placed, stored: Placed, epoch: int) -> bool:
        """Of two files the memo that was read later is kept, however far each reaches back.

        post: _
        """
        apart = mine[0] == stored[0] and mine[0] >= epoch and mine[1] != stored[1] and mine[2] != stored[2]
        return not apart or decide(mine, stored, epoch) == ("put" if mine[2] > stored[2] else "discard")

    return files


model_forgotten = forgotten(sides.model_decide)
impl_forgotten = forgotten(sides.impl_decide)
wrong_forgotten = forgotten(wrong.undone_drop)

model_newer_is_put = newer_is_put(sides.model_decide)
impl_newer_is_put = newer_is_put(sides.impl_decide)
wrong_newer_is_put = newer_is_put(wrong.keeps_what_is_there)

model_older_gives_way = older_gives_way(sides.model_decide)
impl_older_gives_way = older_gives_way(sides.impl_decide)
wrong_older_gives_way = older_gives_way(wrong.puts_whatever_it_has)

model_not_both_put = not_both_put(sides.model_decide)
impl_not_both_put = not_both_put(sides.impl_decide)
wrong_not_both_put = not_both_put(wrong.puts_whatever_it_has)

model_not_both_discarded = not_both_discarded(sides.model_decide)
impl_not_both_discarded = not_both_discarded(sides.impl_decide)
wrong_not_both_discarded = not_both_discarded(wrong.keeps_what_is_there)

model_topped_up_if_incomparable = topped_up_if_incomparable(sides.model_decide)
impl_topped_up_if_incomparable = topped_up_if_incomparable(sides.impl_decide)
wrong_topped_up_if_incomparable = topped_up_if_incomparable(wrong.newest_takes_all)

model_wider_is_topped_up = wider_is_topped_up(sides.model_decide)
impl_wider_is_topped_up = wider_is_topped_up(sides.impl_decide)
wrong_wider_is_topped_up = wider_is_topped_up(wrong.tops_up_the_narrower)

model_later_file_is_kept = later_file_is_kept(sides.model_decide)
impl_later_file_is_kept = later_file_is_kept(sides.impl_decide)
wrong_later_file_is_kept = later_file_is_kept(wrong.blind_to_the_file)

CONTRACTS: Final = (
    Contract(
        "forgotten", "M8", "what was read before a drop is discarded", "looks at no epoch", quick=("model", "impl")
    ),
    Contract(
        "newer_is_put",
        "M3",
        "what was read later and reaches back as far is put",
        "keeps what is stored",
        quick=("model", "impl"),
    ),
    Contract(
        "older_gives_way",
        "M3",
        "what was read before the stored memo and reaches back no further gives way",
        "puts whatever it has",
        quick=("model", "impl"),
    ),
    Contract("not_both_put", "M3", "two memos of different rank are not put over each other", "puts whatever it has"),
    Contract("not_both_discarded", "M3", "two memos do not give way to each other", "keeps what is stored"),
    Contract(
        "topped_up_if_incomparable",
        "M3",
        "one more read is asked for where one memo is newer and the other wider, and nowhere else",
        "lets the newer of two memos win",
    ),
    Contract("wider_is_topped_up", "M3", "the memo that reaches further back is topped up", "tops up the narrower"),
    Contract("later_file_is_kept", "M3", "of two files the one read later is kept", "looks at no file"),
)
"""All that is to be confirmed of the write-back, but that the two texts agree."""
