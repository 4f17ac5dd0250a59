"""Known-bad designs, each planted in the real scanner in place of one function or one method.

A law that no mutant breaks is a guess. Each mutant names the hazard that it stands for and the
law that must catch it.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from strandline.impl import host, refresh, scan
from strandline.impl.connection import Connection
from strandline.impl.host import Host, Lease
from strandline.impl.log import LogReader, LogRow
from strandline.impl.store import MemoStore
from strandline.properties import flaws

if TYPE_CHECKING:
    from collections.abc import Iterator

SHIPPED = "shipped"
"""The name of the scanner as it is."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A known-bad design: its name, the hazard, what it does, the law that must catch it.

    ``where`` and ``attribute`` say what it replaces, ``by`` with what.
    """

    name: str
    hazard: str
    says: str
    law: str
    where: Any
    attribute: str
    by: Any


MUTANTS: dict[str, Mutant] = {
    mutant.name: mutant
    for mutant in (
        Mutant(
            "blind sources",
            "H01",
            "goes on from its sources without looking whether they are still there",
            "M1",
            scan,
            "_believe",
            flaws.believing_sources,
        ),
        Mutant(
            "emptiness forgotten",
            "H02",
            "throws its memo away if it found the log empty",
            "M3",
            refresh,
            "write_back",
            flaws.forgetting_emptiness,
        ),
        Mutant(
            "torn",
            "H04",
            "reads without a transaction, each statement a snapshot of its own",
            "M1",
            Connection,
            "begin",
            flaws.begin_without_a_transaction,
        ),
        Mutant(
            "early number",
            "H08",
            "numbers a refresh when it starts, and not with its snapshot",
            "M3",
            host,
            "Lease",
            flaws.EarlyLease,
        ),
        Mutant(
            "newest takes all",
            "H09",
            "lets the newer of two memos win, however much the other one covers",
            "M3",
            refresh,
            "write_back",
            flaws.newest_takes_all,
        ),
        Mutant(
            "read to the error",
            "H10",
            "takes the rows before an error for all there are",
            "M2",
            LogReader,
            "tail",
            flaws.tail_up_to_an_error,
        ),
        Mutant(
            "evicted completions",
            "H12",
            "makes room by forgetting the oldest completions",
            "M1",
            refresh,
            "bounded",
            flaws.evicting,
        ),
        Mutant(
            "ids alone",
            "H15",
            "takes a row for the one remembered if it has the id",
            "M1",
            LogRow,
            "digest",
            property(flaws.no_digest),
        ),
        Mutant(
            "shared slot",
            "H17",
            "keeps one memo for two scanners, each of which numbers by itself",
            "M3",
            Host,
            "__init__",
            flaws.host_of_a_shared_store,
        ),
        Mutant(
            "dominance",
            "H03",
            "throws its memo away if the stored one has read as far (D1's rule)",
            "M3",
            refresh,
            "write_back",
            flaws.cursor_dominance,
        ),
        Mutant(
            "no second look",
            "H05",
            "stores without looking at the path again",
            "M3",
            refresh,
            "_checked",
            flaws.unchecked,
        ),
        Mutant(
            "cursor only",
            "H06",
            "goes on from its cursor whatever became of the rows it remembers",
            "M1",
            scan,
            "_believe",
            flaws.believing_cursor,
        ),
        Mutant(
            "no witnesses",
            "H07",
            "forgets which rows it knows to be deleted",
            "M1",
            scan,
            "_believe",
            flaws.believing_gaps,
        ),
        Mutant(
            "unwitnessed return",
            "H07",
            "does not remember which ids it saw to be gone when it looked for its anchors",
            "M6",
            scan,
            "_walked_back",
            flaws.walking_unaware,
        ),
        Mutant(
            "split",
            "H11",
            "decides at one gate and stores at the next, whatever came between",
            "M3",
            MemoStore,
            "swap",
            flaws.blind_swap,
        ),
        Mutant(
            "undone drop",
            "H13",
            "drops the memo and keeps the epoch",
            "M8",
            MemoStore,
            "drop",
            flaws.drop_without_epoch,
        ),
        Mutant(
            "one anchor",
            "H16",
            "recognizes a lineage by its newest row alone",
            "M6",
            scan,
            "_anchors",
            flaws.one_anchor,
        ),
        Mutant(
            "empty on error",
            "M2",
            "answers that there was nothing when the read failed",
            "M2",
            refresh,
            "_failed",
            flaws.empty_on_error,
        ),
        Mutant(
            "drop on error",
            "M2",
            "forgets the stored memo when a read fails",
            "M2",
            Lease,
            "_read",
            flaws.dropping_on_error,
        ),
        Mutant(
            "always scans",
            "M6",
            "reads the whole log whenever anything changed",
            "M6",
            scan,
            "_believe",
            flaws.never_believing,
        ),
        Mutant(
            "silent scan",
            "M6",
            "reads the whole log besides, and says nothing of it",
            "M6",
            scan,
            "read",
            flaws.reading_twice,
        ),
        Mutant(
            "hidden look-ups",
            "M6",
            "looks every row up by key, and says that it did so with its sources alone",
            "M6",
            LogReader,
            "stamps",
            flaws.stamps_of_everything,
        ),
        Mutant(
            "unread",
            "M1",
            "answers that there is nothing as soon as the file is found",
            "M1",
            refresh,
            "_read",
            flaws.answering_unread,
        ),
        Mutant(
            "never unchanged",
            "M5",
            "looks its sources up again when nothing changed",
            "M5",
            Connection,
            "is_unchanged",
            flaws.never_unchanged,
        ),
        Mutant(
            "two truths",
            "M7",
            "leaves completions out on the one-shot path",
            "M7",
            scan,
            "glance",
            flaws.glance_at_requests,
        ),
        Mutant(
            "full and unchanged",
            "M10",
            "answers from a memo that was cut at its limit",
            "M1",
            Connection,
            "is_unchanged",
            flaws.full_and_unchanged,
        ),
        Mutant(
            "no limit",
            "M10",
            "stores as many sources as there are",
            "M10",
            refresh,
            "bounded",
            flaws.unbounded,
        ),
    )
}
"""Every mutant by its name."""


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Put a mutant in place of the shipped code while the block runs; ``shipped`` puts nothing.

    Raises:
        KeyError: there is no mutant of that name.
    """
    with ExitStack() as stack:
        if name != SHIPPED:
            mutant = MUTANTS[name]
            stack.enter_context(patch.object(mutant.where, mutant.attribute, mutant.by))
        yield
