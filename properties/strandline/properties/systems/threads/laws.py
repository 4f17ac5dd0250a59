"""The laws of live threads: one record each, for every engine."""

from __future__ import annotations

from typing import Final

from strandline.properties.core.law import Cover, Law
from strandline.properties.systems.threads import judges

LAWS: Final = (
    Law(
        "P1",
        "nothing lost",
        says="At rest without a failure the row is the fold of the rollout, less deferred facts and touches that wait.",
        why="A patch that is kept too long or dropped too soon shows nowhere but in the row, and there for good.",
        holds=judges.nothing_lost,
        cover=Cover("a message and a rename are in the row of a thread at rest", judges.at_rest_with_a_rename),
        of_states=True,
    ),
    Law(
        "P2",
        "barrier sound",
        says="A barrier that returns has what it captured in the row; one that fails says truly why; each ends once.",
        why="Whoever lists threads after a flush believes what is there.",
        holds=judges.barrier_sound,
        cover=Cover("a barrier was told that its attempt failed", judges.failed_barrier),
    ),
    Law(
        "P3",
        "barrier precise",
        says="Once the captured generation is in the row nobody waits for it, whatever keeps arriving.",
        why="A barrier that looks at what is last waits for as long as somebody writes.",
        holds=judges.barrier_precise,
        cover=Cover("a barrier waits while a line came that it did not capture", judges.overtaken),
        of_states=True,
    ),
    Law(
        "P4",
        "one in flight",
        says="One attempt at a time; generations rise; what failed is repeated with all that it had.",
        why="Two attempts of one thread overwrite each other, and a repetition with less loses the rest.",
        holds=judges.one_in_flight,
        cover=Cover("an attempt began after one that failed", judges.repeated),
    ),
    Law(
        "P5",
        "durable first",
        says="Every fact that is projected is of a line that is in the rollout.",
        why="A row that knows more than the rollout is wrong after a crash, and nobody can tell.",
        holds=judges.durable_first,
        cover=Cover("an attempt sets a title", judges.projected),
    ),
    Law(
        "P6",
        "append is free",
        says="An append waits for nothing but the append section, and no projection makes it fail.",
        why="This is what the projection is behind the append for.",
        holds=judges.append_free,
        cover=Cover("an append was answered", judges.appended),
    ),
    Law(
        "P7",
        "explicit wins",
        says="A row that has a rename has the title of the last one.",
        why="An edit that somebody made and saw must not be undone by what the program derives.",
        holds=judges.explicit_wins,
        cover=Cover("a rename has messages before and after it, and there is a row", judges.said_beside_a_rename),
        of_states=True,
    ),
    Law(
        "P8",
        "closed",
        says="Nothing is projected after the end, no line written once shutdown captured, and the rollout is released.",
        why="A row that comes back after a discard, or a lock that stays, is found by somebody else, later.",
        holds=judges.closed,
        cover=Cover("a thread was shut down or discarded", judges.ended),
    ),
    Law(
        "P9",
        "patch algebra",
        "proved",
        says="Merge is associative and has an identity; unset is not clear; maxima are maxima; latches latch.",
        why="Else a row depends on which patches happened to be coalesced.",
    ),
    Law(
        "P10",
        "readers",
        says="A row is the fold of a prefix of the rollout, never a mix of two projections; recency may be older.",
        why="Readers wait for nobody, so what they see must be true of some moment.",
        holds=judges.readers_see_a_prefix,
        cover=Cover("the row is behind its rollout", judges.behind),
        of_states=True,
    ),
    Law(
        "P11",
        "alive",
        "eventually",
        says="Every barrier ends: nobody waits where nothing goes on by itself.",
        why="A wake-up that is lost between nothing to do and going idle is lost for ever.",
        holds=judges.alive,
        cover=Cover("nothing goes on any more, after something was written", judges.came_to_rest),
        of_states=True,
    ),
    Law(
        "P12",
        "crash",
        says="After a crash and a resume a thread at rest has the row that its rollout says, also if lines were lost.",
        why="What a crash leaves is all that there is to go on from.",
        holds=judges.recovered,
        cover=Cover("a thread is at rest with lines from before and after a crash", judges.at_rest_after_a_crash),
        of_states=True,
    ),
    Law(
        "P13",
        "bounded",
        says="At most one patch is pending and one in flight, whatever is appended.",
        why="A burst must cost no memory that stays.",
        holds=judges.bounded,
        cover=Cover("a patch is pending beside one in flight", judges.coalesced),
        of_states=True,
    ),
)
"""Every law, in the order of their numbers."""
