"""What one read of a log makes of a memo: when it is believed, what is read on from there, what is remembered.

A side says how it reads a log, by a class of its own below :class:`Reads`, and is held against all that stands here.
"""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple, TypeAlias

import pytest

OPEN: Final = -(2**63)
"""The lowest id there can be."""

ANCHORS: Final = 16
GAPS: Final = 64

EVERY: Final = 10_000
"""More rows than any log here has."""

CHATTER: Final = "chatter"


def request(turn: str = "t", model: str = "m") -> str:
    """A body that is a source."""
    fields = f'"type": "response.create", "service_tier": "priority", "model": "{model}"'
    return f"turn{{turn.id={turn}}}: websocket request: {{{fields}}}"


def completed(turn: str = "t", model: str = "M") -> str:
    """A body that is a source, and pending without a request."""
    response = f'{{"type": "response.completed", "response": {{"model": "{model}"}}}}'
    return f"turn{{turn.id={turn}}}: websocket event: {response}"


class Line(NamedTuple):
    """A row but for its id."""

    body: object = CHATTER
    thread: str | None = "h"
    ts: object = 100
    process: str | None = None
    nanos: int | None = None

    def moment(self, row_id: int) -> int:
        """The fraction of the second at which it was born, by its id unless it has one of its own."""
        return row_id % 1_000 if self.nanos is None else self.nanos


Log: TypeAlias = dict[int, Line]


def log(*bodies: object, threads: str = "") -> Log:
    """Give a log with a row for each body, from id 1 on, all of one thread unless each has a letter."""
    return {at: Line(body, threads[at - 1] if threads else "h") for at, body in enumerate(bodies, 1)}


def quiet(threads: Iterable[object]) -> Log:
    """Give a log of rows that state nothing, each of a thread."""
    return {at: Line(CHATTER, str(thread)) for at, thread in enumerate(threads, 1)}


def without(known: Log, *ids: int) -> Log:
    return {row_id: line for row_id, line in known.items() if row_id not in ids}


def told(reading: Any) -> tuple[str | None, int]:  # noqa: ANN401 - a side's own
    """Give why a log was read whole, and how many rows were."""
    return reading.cause, reading.rows


def sources(reading: Any) -> list[int]:  # noqa: ANN401 - the same
    return [row.id for row in reading.memo.sources]


def anchors(reading: Any) -> list[int]:  # noqa: ANN401 - the same
    return [row.id for row in reading.memo.anchors]


class Reads:
    """Claims about the reads of a side."""

    def read(self, known: Log, base: Any = None, *, wanted: int = 0, file: int = 2, chunk: int = EVERY) -> Any:  # noqa: ANN401 - a reading of either side
        """Read a log of a file, from a memo on or anew; its observation is one above that of the memo."""
        raise NotImplementedError

    # Why the whole log is read

    def test_a_first_read_goes_through_the_whole_log(self) -> None:
        found = self.read(log(request(), CHATTER, completed(), CHATTER))
        assert found[1:] == (True, "no memo", 4, 0, 0)
        assert (sources(found), anchors(found), found.memo.cursor) == ([1, 3], [4], 4)
        assert found.memo.gaps == ((OPEN, 0),)

    @pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 1)])
    def test_a_memo_of_another_file_is_not_believed(self, before: int, after: int) -> None:
        known = log(request())
        found = self.read(known, self.read(known, file=before).memo, file=after)
        assert found[1:] == (True, "file replaced", 1, 0, 0)
        assert sources(found) == [1]

    def test_a_window_that_reaches_back_further_is_read_anew_and_a_narrower_one_is_not(self) -> None:
        known = {1: Line(request("a"), ts=49), 2: Line(request("b"), ts=50)}
        base = self.read(known, wanted=50)
        assert sources(base) == [2]
        wider, narrower = (self.read(known, base.memo, wanted=wanted) for wanted in (49, 51))
        assert (wider.cause, sources(wider), wider.memo.coverage, wider.anchors) == ("window widened", [1, 2], 49, 0)
        assert (narrower.cause, sources(narrower), narrower.memo.coverage) == (None, [2], 50)

    def test_a_source_lies_in_the_coverage_or_at_no_time(self) -> None:
        known = {number: Line(request(str(number)), ts=ts) for number, ts in enumerate((49, 50, "50"), 1)}
        assert sources(self.read(known, wanted=50)) == [2, 3]

    def test_what_is_pending_or_counted_is_a_source_and_what_states_nothing_is_not(self) -> None:
        assert sources(self.read(log(completed(), None, b"x", CHATTER))) == [1, 2, 3]

    def test_a_memo_of_an_empty_log_is_not_gone_on_from(self) -> None:
        """H02: it is stored all the same, so that what was there before the emptying cannot come back."""
        empty = self.read({})
        assert (empty.memo.cursor, empty.memo.anchors, empty.complete) == (OPEN - 1, (), True)
        found = self.read(log(request()), empty.memo)
        assert (found.cause, sources(found), found.anchors) == ("log was empty", [1], 0)

    @pytest.mark.parametrize("left", [{}, log(request("a")), {3: Line(request("c"))}])
    def test_with_every_anchor_gone_the_whole_log_is_read(self, left: Log) -> None:
        """H02: request a, refresh, delete all, request b, refresh: a must not be reported."""
        found = self.read(left, self.read(log(request("a"), request("b"))).memo)
        assert (*told(found), found.anchors, sources(found)) == ("anchors lost", len(left), 1, [*left])

    @pytest.mark.parametrize("change", [{"body": "other"}, {"ts": 101}, {"nanos": 9}, {"process": "q"}], ids="".join)
    def test_an_anchor_that_is_another_row_now_tells_of_another_history(self, change: dict[str, Any]) -> None:
        """H07, H15: an older copy that grew on has other rows under the same ids."""
        known = log(request(), CHATTER, CHATTER, threads="abc")
        found = self.read(known | {2: known[2]._replace(**change)}, self.read(known).memo)
        assert (*told(found), found.keys) == ("rows rewritten", 3, 1)

    @pytest.mark.parametrize("change", [{"ts": 101}, {"nanos": 9}, {"ts": "soon"}], ids=str)
    def test_a_source_that_is_another_row_now_tells_of_another_history(self, change: dict[str, Any]) -> None:
        known = log(request(), CHATTER)
        found = self.read(known | {1: known[1]._replace(**change)}, self.read(known).memo)
        assert told(found) == ("rows rewritten", 2)

    @pytest.mark.parametrize("back", [1, 2, 3])
    def test_a_deleted_row_that_is_back_tells_of_an_older_copy_wherever_in_its_gap_it_is(self, back: int) -> None:
        """H07: back up, delete a, refresh, restore: no anchor differs, only the gap can tell."""
        known = log(*map(request, "abc"), CHATTER, threads="aaab")
        base = self.read(without(known, 1, 2, 3)).memo
        found = self.read(without(known, *({1, 2, 3} - {back})), base)
        assert (*told(found), sources(found)) == ("deleted row is back", 2, [back])

    def test_a_source_whose_deletion_was_noticed_is_a_witness_as_well(self) -> None:
        known = log(CHATTER, request(), CHATTER, threads="abc")
        second = self.read(without(known, 2), self.read(known).memo)
        assert (second.cause, sources(second), second.memo.gaps) == (None, [], ((OPEN, 0), (2, 2)))
        assert self.read(known, second.memo).cause == "deleted row is back"

    # How far a memo is believed

    def test_a_second_read_tests_no_row_and_looks_sources_and_anchors_up(self) -> None:
        known = log(request("a"), CHATTER, completed("z"), threads="abc")
        first = self.read(known).memo
        second = self.read(known, first)
        assert second[1:] == (True, None, 0, 2, 3)
        assert (second.memo.sources, second.memo.anchors, second.memo.gaps) == (
            first.sources,
            first.anchors,
            first.gaps,
        )

    def test_what_was_appended_is_read_and_nothing_else(self) -> None:
        known = log(request("a"))
        found = self.read(known | {2: Line(thread="b"), 5: Line(request("b"), "c")}, self.read(known).memo)
        assert (*told(found), sources(found), anchors(found), found.memo.cursor) == (None, 2, [1, 5], [1, 2, 5], 5)
        assert found.memo.gaps == ((OPEN, 0), (3, 4))

    @pytest.mark.parametrize(("pruned", "gaps"), [(1, ((OPEN, 1),)), (2, ((OPEN, 0), (2, 2)))])
    def test_a_source_that_was_pruned_no_longer_counts(self, pruned: int, gaps: tuple[tuple[int, int], ...]) -> None:
        """H01: request a, request b, refresh, delete a, refresh: a must not be reported."""
        known = log(request("a"), request("b"), CHATTER)
        found = self.read(without(known, pruned), self.read(known).memo)
        assert (*told(found), sources(found), found.memo.gaps) == (None, 0, [3 - pruned], gaps)

    def test_a_read_goes_on_from_the_highest_anchor_that_matches(self) -> None:
        """H16: the newest row of a busy partition lives for seconds."""
        known = log(CHATTER, request("b"), request("c"), CHATTER, threads="abcd")
        first = self.read(known).memo
        found = self.read(without(known, 4), first)
        assert (*told(found), anchors(found), found.memo.cursor) == (None, 0, [1, 2, 3], 4)
        found = self.read(without(known, 3, 4) | {5: Line(request("e"))}, first)
        assert (*told(found), sources(found), anchors(found)) == (None, 1, [2, 5], [1, 2, 5])
        assert found.memo.gaps == ((OPEN, 0), (3, 4))

    def test_a_source_above_the_point_is_read_again_and_not_looked_up(self) -> None:
        known = log(CHATTER, request("b"), CHATTER, threads="abb")
        found = self.read(without(known, 3), self.read(known).memo)
        assert (*told(found), found.keys, sources(found), anchors(found)) == (None, 1, 0, [2], [1, 2])

    def test_a_row_above_the_point_may_be_another_one(self) -> None:
        known = log(CHATTER, request("old"), threads="ab")
        found = self.read({**known, 2: Line(request("new"), "c", 200)}, self.read(known).memo)
        assert (*told(found), sources(found), found.memo.sources[0].ts) == (None, 1, [2], 200)

    def test_a_gap_above_the_point_may_be_filled(self) -> None:
        known = {number: Line(thread=str(number)) for number in (1, 2, 5)}
        first = self.read(known).memo
        assert first.gaps == ((OPEN, 0), (3, 4))
        found = self.read(without(known, 5) | {4: Line(request())}, first)
        assert (found.cause, sources(found), found.memo.gaps) == (None, [4], ((OPEN, 0), (3, 3)))

    def test_a_prune_never_lowers_the_cursor(self) -> None:
        known = quiet("ab")
        assert self.read(without(known, 2), self.read(known).memo).memo.cursor == 2

    # Anchors

    def test_anchors_are_the_newest_rows_of_the_latest_16_partitions(self) -> None:
        found = anchors(self.read(quiet(number // 2 for number in range(40))))
        assert found == list(range(10, 41, 2))
        assert len(found) == ANCHORS

    def test_rows_without_a_thread_are_anchored_by_process_and_those_with_neither_together(self) -> None:
        known = {1: Line(thread="x", process="x"), 2: Line(thread=None, process="x")}
        assert anchors(self.read(known | dict.fromkeys((3, 4), Line(thread=None)))) == [1, 2, 4]

    def test_once_an_anchor_is_pruned_another_partition_moves_up(self) -> None:
        """With 17 partitions the oldest has no anchor; it gets one when another partition is gone."""
        known = quiet(range(17))
        first = self.read(known)
        assert anchors(first) == list(range(2, 18))
        found = self.read(without(known, 9), first.memo)
        assert (*told(found), anchors(found)) == (None, 0, [row for row in range(1, 18) if row != 9])

    def test_once_an_anchor_is_pruned_an_older_row_of_its_partition_takes_its_place(self) -> None:
        known = quiet("abab")
        first = self.read(known)
        assert anchors(first) == [3, 4]
        assert anchors(self.read(without(known, 4), first.memo)) == [2, 3]

    @pytest.mark.parametrize(("pruned", "gaps"), [(1, ((OPEN, 1),)), (2, ((OPEN, 0), (2, 2)))])
    def test_an_id_that_a_walk_back_passed_over_is_a_witness(
        self, pruned: int, gaps: tuple[tuple[int, int], ...]
    ) -> None:
        known = quiet("abc")
        second = self.read(without(known, pruned), self.read(known).memo).memo
        assert second.gaps == gaps
        assert self.read(known | {pruned: Line(thread="z")}, second).cause == "deleted row is back"

    def test_a_walk_back_goes_no_further_than_the_sixteenth_partition(self) -> None:
        """What lies below is not looked at: that row 3 is gone as well is not seen."""
        known = quiet(range(ANCHORS + 4))
        found = self.read(without(known, 3, ANCHORS + 4), self.read(known).memo)
        assert anchors(found) == list(range(4, ANCHORS + 4))
        assert found.memo.gaps == ((OPEN, 0),)

    def test_a_partition_that_was_quiet_keeps_its_anchor(self) -> None:
        known = quiet(["quiet", "busy"])
        found = self.read(known)
        for number in (3, 4, 5):
            known = known | {number: Line(thread="busy")}
            found = self.read(known, found.memo)
        assert anchors(found) == [1, 5]

    # Chunks

    def test_a_log_is_read_in_chunks_and_ends_as_if_read_at_once(self) -> None:
        bodies = (request("a"), CHATTER, request("c"), CHATTER, completed("a"))
        known = {number: Line(body, str(number % 2)) for number, body in zip((1, 2, 5, 8, 9), bodies, strict=True)}
        found = self.read(known, chunk=2)
        assert (found.complete, found.rows, sources(found), found.memo.cursor) == (False, 2, [1], 2)
        seen = []
        while not found.complete:
            found = self.read(known, found.memo, chunk=2)
            seen.append(told(found))
        assert seen == [(None, 2), (None, 1)]
        whole, last = self.read(known).memo, found.memo
        assert (last.sources, last.anchors, last.gaps, last.cursor) == (
            *(whole.sources, whole.anchors, whole.gaps),
            whole.cursor,
        )

    def test_a_chunk_that_ends_with_the_log_is_complete(self) -> None:
        assert self.read(log(CHATTER, CHATTER), chunk=2).complete
        assert not self.read(log(CHATTER, CHATTER), chunk=1).complete

    def test_anchors_and_cursor_of_a_chunk_lie_within_it(self) -> None:
        known = quiet("abbb")
        found = self.read(without(known, 4) | {5: Line(thread="c")}, self.read(known).memo, chunk=1)
        assert (found.complete, found.memo.cursor, anchors(found)) == (False, 2, [1, 2])

    # Gaps

    def test_ids_that_are_missing_in_the_tail_become_gaps(self) -> None:
        assert self.read(without(quiet("aaaaaa"), 2, 3, 5)).memo.gaps == ((OPEN, 0), (2, 3), (5, 5))

    def test_of_too_many_gaps_the_first_and_the_latest_are_kept(self) -> None:
        gaps = self.read({number: Line() for number in range(1, 202, 2)}).memo.gaps
        assert len(gaps) == GAPS
        assert (gaps[0], gaps[1], gaps[-1]) == ((OPEN, 0), (76, 76), (200, 200))
