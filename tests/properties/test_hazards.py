"""The hazards that a memo over a log has to survive, each told as the shortest story in which it bites.

Every story runs on the real scanner, over real SQLite files, and holds each answer against a full scan by the oracle.
It is told twice: the shipped scanner must come through, and a scanner with the flaw that the hazard is named after
must not. Otherwise a story shows nothing.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest

from strandline.impl import scan
from strandline.impl.answer import Answer
from strandline.impl.codex import CODEX
from strandline.impl.effects import Check, Effect, ReadLog, Swap
from strandline.impl.files import Pin, Sighting, SystemFiles
from strandline.impl.host import Host
from strandline.impl.memo import Limits, Place
from strandline.impl.refresh import Ask, State, locate, step
from strandline.impl.scanner import Scanner
from strandline.impl.window import Span, Window
from strandline.model.days import Span as ModelSpan
from strandline.properties.harness import schema
from strandline.properties.harness.meter import Meter, let_fail, metered
from strandline.properties.live.truth import FullScan, read_truth
from strandline.properties.mutants import SHIPPED, planted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from strandline.impl.effects import Failure, Missing
    from strandline.impl.log import LogReader
    from strandline.impl.memo import Memo

ALWAYS = Window(None, None, ZoneInfo("UTC"))
LIMITS = Limits(waits=2, pause=0)
GATES_MAX = 50
"""More gates than any refresh of these stories passes."""


class WrongError(Exception):
    """A story went wrong; says what was found and what is true."""


def expect(what: str, found: object, true: object) -> None:
    if found != true:
        raise WrongError(f"{what}: {found}, and not {true}")


# The log


@contextmanager
def log(path: Path, *turns: str) -> Iterator[sqlite3.Connection]:
    """Make a log with a request for each of these turns, and write to it."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        for statement in schema.CREATE:
            writer.execute(statement)
        for turn in turns:
            request(writer, turn)
        yield writer


def request(writer: sqlite3.Connection, turn: str) -> None:
    """Append a request; each turn has a thread, and so a partition, of its own."""
    body = f'turn{{turn.id={turn}}}: websocket request: {{"type": "response.create", "service_tier": "priority"}}'
    _append(writer, turn, body)


def _append(writer: sqlite3.Connection, turn: str, body: str) -> None:
    writer.execute(
        "INSERT INTO logs (ts, ts_nanos, level, target, feedback_log_body, thread_id)"
        " VALUES (100, (SELECT coalesce(max(id), 0) FROM logs), 'INFO', 'story', ?, ?)",
        (body, turn),
    )


def completed(writer: sqlite3.Connection, turn: str) -> None:
    """Append the completion of a turn, by the model "done"."""
    body = f'turn{{turn.id={turn}}}: websocket event: {{"type": "response.completed", "response": {{"model": "done"}}}}'
    _append(writer, turn, body)


def asked_for(writer: sqlite3.Connection, turn: str) -> None:
    """Append a submission that asks for the priority tier for a turn."""
    settings = 'ThreadSettings { service_tier: Some(Some("priority")) }'
    op = f"UserInput {{ thread_settings: {settings} }}"
    _append(writer, turn, f'loop{{}}: Submission sub=Submission {{ id: "{turn}", op: {op} }}')


def overruled(writer: sqlite3.Connection, turn: str) -> None:
    """Append the tags of a turn, which say that another tier is in force."""
    body = f'turn{{turn.id={turn}}}: model="m" tags_json={{"service_tier": "default"}}'
    _append(writer, turn, body)


def noise(writer: sqlite3.Connection, turn: str) -> None:
    """Append a row that states nothing."""
    _append(writer, turn, "nothing")


def delete(writer: sqlite3.Connection, turn: str) -> None:
    writer.execute("DELETE FROM logs WHERE thread_id = ?", (turn,))


def truth(path: Path) -> list[str]:
    """Give the turns that a full scan by the oracle finds."""
    found = read_truth(path, ModelSpan(None, None))
    assert isinstance(found, FullScan)
    return [turn.turn for turn in found.truth.turns]


def names(outcome: object) -> list[str]:
    assert isinstance(outcome, Answer), outcome
    return [turn.turn for turn in outcome.turns]


def ask(scanner: Scanner, path: Path) -> Answer:
    """Refresh once, with nothing else moving; the answer must be the truth."""
    outcome = scanner.turns(ALWAYS)
    expect("the answer", names(outcome), truth(path))
    assert isinstance(outcome, Answer)
    return outcome


class Refresh:
    """A real refresh, let through one gate at a time."""

    def __init__(self, host: Host, since: int | None = None) -> None:
        self._lease = host.lease()
        self._state: State
        self.effect: Effect
        self._state, self.effect = locate(Ask(Span(since, None), ended=False, limits=host.limits))
        self.answer: Answer | None = None

    def gate(self) -> None:
        """Let it through the gate that it waits at."""
        assert self.answer is None
        following = step(self._state, self._lease.perform(self.effect))  # type: ignore[arg-type] # no date, no pause
        if isinstance(following, tuple):
            self._state, self.effect = following
            return
        assert isinstance(following, Answer), following
        self.answer = following
        self._lease.release(sound=True)

    def until(self, gate: type[Effect]) -> Refresh:
        """Let it run until it waits at a gate of this kind."""
        for _ in range(GATES_MAX):
            if isinstance(self.effect, gate):
                return self
            self.gate()
        raise AssertionError(f"no {gate.__name__} within {GATES_MAX} gates")

    def finish(self) -> Answer:
        """Let it run to its end."""
        for _ in range(GATES_MAX):
            if self.answer is not None:
                return self.answer
            self.gate()
        raise AssertionError(f"no answer within {GATES_MAX} gates")


def stored(host: Host) -> Memo:
    memo = host.store.slot.memo
    assert memo is not None
    return memo


# The stories


def h01(folder: Path) -> None:
    path = folder / "log"
    with log(path, "a", "b") as writer, Scanner(path) as scanner:
        ask(scanner, path)
        delete(writer, "a")
        expect("what is left", names(ask(scanner, path)), ["b"])


def h02(folder: Path) -> None:
    path = folder / "log"
    with log(path, "a") as writer, Scanner(path) as scanner:
        ask(scanner, path)
        writer.execute("DELETE FROM logs")
        request(writer, "b")
        expect("what is left", names(ask(scanner, path)), ["b"])


def h03(folder: Path) -> None:
    path = folder / "log"
    with log(path, "p") as writer, closing(Host(path, limits=LIMITS)) as host:
        Refresh(host).finish()
        delete(writer, "p")
        late = Refresh(host).finish()
        expect("the second answer", names(late), truth(path))
        assert late.snapshot is not None
        expect("the observation that is stored", stored(host).observation, late.snapshot.observation)
        request(writer, "q")
        expect("the third answer", names(Refresh(host).finish()), ["q"])


def h04(folder: Path) -> None:
    """Whichever statement of a refresh the transaction comes before, the answer is the one before it or after it."""
    for statement in range(STATEMENTS_MAX):
        path = folder / f"{statement}.log"
        with log(path, "a", "b") as writer:
            clock = _Clock()

            def rotate(writer: sqlite3.Connection = writer) -> None:
                writer.execute("BEGIN IMMEDIATE")
                delete(writer, "a")
                request(writer, "d")
                writer.execute("COMMIT")

            with Scanner(path, connect=clock.connect) as scanner:
                ask(scanner, path)
                request(writer, "c")
                clock.strike(statement, rotate)
                answer = scanner.turns(ALWAYS)
                assert isinstance(answer, Answer)
                assert answer.statistics.cause is None
                if clock.pending:
                    assert statement >= 6
                    return
                if names(answer) not in (["a", "b", "c"], ["b", "c", "d"]):
                    raise WrongError(f"before statement {statement}: {names(answer)} never was")
                expect("the next answer", names(ask(scanner, path)), ["b", "c", "d"])
    raise AssertionError(f"a refresh does not end within {STATEMENTS_MAX} statements")


STATEMENTS_MAX = 40


class _Clock:
    """Makes connections that do something before their n-th statement from now."""

    def __init__(self) -> None:
        self.pending: Callable[[], None] | None = None
        self._left = 0

    def strike(self, after: int, action: Callable[[], None]) -> None:
        self.pending, self._left = action, after

    def tick(self) -> None:
        if self.pending is not None and self._left == 0:
            action, self.pending = self.pending, None
            action()
        self._left -= 1

    def connect(self, *arguments: Any, **options: Any) -> sqlite3.Connection:  # noqa: ANN401 - as in sqlite3
        clock = self

        class Ticking(sqlite3.Connection):
            def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:  # noqa: ANN401 - as in sqlite3
                clock.tick()
                return super().execute(sql, parameters)

        return sqlite3.connect(*arguments, factory=Ticking, **options)


def h05_late(folder: Path) -> None:
    """Of three refreshes one has read the old file when it is replaced, one has connected to it, one comes after."""
    path, fresh = folder / "log", folder / "fresh"
    with log(path, "old"), log(fresh, "new"):
        pass
    with closing(Host(path, limits=LIMITS)) as host:
        slow = Refresh(host).until(Check)
        slower = Refresh(host).until(ReadLog)
        fresh.replace(path)
        fast = Refresh(host).finish()
        expect("the answer of the fast one", names(fast), ["new"])
        for late in (slow, slower):
            late.finish()
            expect("the file of the memo", stored(host).place, here(path))
        after = Refresh(host).finish()
        expect("the answer after the race", names(after), ["new"])
        expect("the way to it", (after.statistics.path, after.statistics.cause), ("unchanged", None))


def h05_around(folder: Path) -> None:
    """Whichever gate of a refresh the file is replaced before, the answer is of one of the two and the memo is too."""
    for gates in range(GATES_MAX):
        path, fresh = folder / f"{gates}.log", folder / f"{gates}.fresh"
        with log(path, "old"), log(fresh, "new"):
            pass
        with closing(Host(path, limits=LIMITS)) as host:
            refresh = Refresh(host)
            for _ in range(gates):
                if refresh.answer is None:
                    refresh.gate()
            ended = refresh.answer is not None
            waits_to_store = isinstance(refresh.effect, Swap)
            fresh.replace(path)
            answer = refresh.finish()
            expect(f"replaced before gate {gates}", names(answer), ["old" if ended or waits_to_store else "new"])
            expect("the next answer", names(Refresh(host).finish()), ["new"])
            expect("the memo", [fact.says.turn for fact in stored(host).sources], ["new"])
            if ended:
                assert gates > 4
                return


def here(path: Path) -> Place:
    found = SystemFiles().locate(path)
    assert isinstance(found, Sighting)
    return found.place


class _Reissuing:
    """A file system that gives every file at the path the same inode number, as ext4 does once nobody holds it."""

    def locate(self, path: Path) -> Sighting | Missing | Failure:
        found = SystemFiles().locate(path)
        return found._replace(place=Place(1, 7)) if isinstance(found, Sighting) else found

    def pin(self, path: Path) -> Pin | Missing | Failure:
        found = self.locate(path)
        return Pin(found, None) if isinstance(found, Sighting) else found


def h06(folder: Path) -> None:
    """No connection is kept, so nothing holds the number when the file is deleted and another one made."""
    path = folder / "log"
    with Scanner(path, limits=LIMITS._replace(idle=0), files=_Reissuing()) as scanner:
        with log(path, "a", "b"):
            ask(scanner, path)
        path.unlink()
        with log(path, "x", "y", "z"):
            expect("the answer", names(ask(scanner, path)), ["x", "y", "z"])


def h07(folder: Path, *, by_copy: bool) -> None:
    """The backup is put back through SQLite, or copied over the file by hand while nobody is connected."""
    path, backup = folder / "log", folder / "backup"
    with closing(Host(path, limits=LIMITS)) as host:
        with log(path, "a", "b", "c") as writer:
            with closing(sqlite3.connect(backup)) as copy:
                writer.backup(copy)
            delete(writer, "a")
            expect("what is left", names(Refresh(host).finish()), ["b", "c"])
            if not by_copy:
                with closing(sqlite3.connect(backup)) as copy:
                    copy.backup(writer)
            host.take(None)  # else the journal that the writer leaves behind would undo the copy
        if by_copy:
            shutil.copyfile(backup, path)
        expect("what is back", names(Refresh(host).finish()), ["a", "b", "c"])


def h08(folder: Path) -> None:
    path = folder / "log"
    with log(path, "a") as writer, closing(Host(path, limits=LIMITS)) as host:
        early = Refresh(host).until(ReadLog)
        late = Refresh(host).until(Check)
        request(writer, "b")
        early.finish()
        late.finish()
        expect("the highest id that is remembered", stored(host).cursor, 2)


def h09(folder: Path) -> None:
    path = folder / "log"
    scans = 0
    with log(path, "a") as writer, closing(Host(path, limits=LIMITS)) as host:
        for round_number in range(5):
            request(writer, f"a{round_number}")
            wide = Refresh(host).until(Check)
            request(writer, f"b{round_number}")
            Refresh(host, since=50).finish()
            answer = wide.finish()
            scans += answer.statistics.cause is not None
    expect("full scans in five rounds", scans, 1)


def h10(folder: Path) -> None:
    path = folder / "log"
    meter = Meter(CODEX.body)
    with log(path, "a") as writer, Scanner(path, connect=metered(meter)) as scanner:
        ask(scanner, path)
        request(writer, "b")
        request(writer, "c")
        let_fail(meter, "fail")
        expect("the outcome of a read that fails", getattr(scanner.turns(ALWAYS), "reason", "an answer"), "io")
        ask(scanner, path)


def h12(folder: Path) -> None:
    path = folder / "log"
    with log(path) as writer, closing(Host(path, limits=LIMITS._replace(sources=1))) as host:
        for turn in ("a", "b"):
            completed(writer, turn)
        Refresh(host).finish()
        request(writer, "a")
        answer = Refresh(host).finish()
    expect("the model", [turn.model for turn in answer.turns], ["done"])


def h13(folder: Path) -> None:
    path = folder / "log"
    with log(path, "a"), closing(Host(path, limits=LIMITS)) as host:
        late = Refresh(host).until(Check)
        host.store.drop()
        late.finish()
        expect("what is remembered after the drop", host.store.slot.memo, None)


def h15(folder: Path) -> None:
    path = folder / "log"
    with log(path) as writer, Scanner(path) as scanner:
        noise(writer, "a")
        ask(scanner, path)
        delete(writer, "a")
        writer.execute("DELETE FROM sqlite_sequence")
        request(writer, "b")
        ask(scanner, path)


def h16(folder: Path) -> None:
    path = folder / "log"
    with log(path, "a", "busy") as writer, Scanner(path) as scanner:
        ask(scanner, path)
        for _ in range(5):
            delete(writer, "busy")
            request(writer, "busy")
            expect("why everything was read again", ask(scanner, path).statistics.cause, None)


def h17(folder: Path) -> None:
    path = folder / "log"
    with (
        log(path, "a") as writer,
        closing(Host(path, limits=LIMITS)) as one,
        closing(Host(path, limits=LIMITS)) as other,
    ):
        late = Refresh(one).until(Check)
        request(writer, "b")
        Refresh(other).finish()
        late.finish()
        expect("the highest id that the other one remembers", stored(other).cursor, 2)


def h20(folder: Path) -> None:
    path = folder / "log"
    with log(path) as writer, Scanner(path) as scanner:
        asked_for(writer, "a")
        overruled(writer, "a")
        noise(writer, "a")  # the newest row of a partition is an anchor, and watched as one
        expect("what is on priority", names(ask(scanner, path)), [])
        writer.execute("DELETE FROM logs WHERE instr(feedback_log_body, 'tags_json')")
        expect("what is on priority again", names(ask(scanner, path)), ["a"])


# The flaws


def _believing_the_highest_id(log: LogReader, base: Memo | None, wanted: int, place: Place) -> tuple[Any, Any]:
    """Take a log whose highest id never fell for the log that is remembered."""
    if base is None or (log.highest() or 0) < base.cursor:
        return _BELIEVE(log, base, wanted, place)
    believed, _ = _BELIEVE(log, None, wanted, place)
    everything = {name: getattr(base, name) for name in ("cursor", "sources", "anchors", "gaps")}
    return believed._replace(point=base.cursor, ranked=False, **everything), None


_BELIEVE = scan._believe  # noqa: SLF001 - what the flaw is put in place of

FLAWS: dict[str, tuple[Any, str, Any]] = {
    "highest id": (scan, "_believe", _believing_the_highest_id),
}


@contextmanager
def flawed(flaw: str) -> Iterator[None]:
    """Put a flaw in: one of this file's, or a mutant of the checker."""
    with patch.object(*FLAWS[flaw]) if flaw in FLAWS else planted(flaw):
        yield


def tell(story: Callable[[Path], None], folder: Path, flaw: str, wrong: str) -> None:
    """Tell a story of the shipped scanner, and again with the flaw, which must come to light."""
    for teller in (SHIPPED, flaw):
        (folder / teller).mkdir()
    story(folder / SHIPPED)
    with flawed(flaw), pytest.raises(WrongError, match=wrong):
        story(folder / flaw)


# The claims


def test_h01_a_row_pruned_below_the_cursor_is_not_reported(tmp_path: Path) -> None:
    """Requests a and b, refresh, a is pruned, refresh: ids below the cursor are gone without any row being written."""
    tell(h01, tmp_path, "blind sources", r"\['a', 'b'\], and not \['b'\]")


def test_h02_an_emptied_log_does_not_bring_its_rows_back_when_it_grows_again(tmp_path: Path) -> None:
    """Request a, refresh, all rows deleted, request b, refresh: the highest id never was seen to fall."""
    tell(h02, tmp_path, "highest id", r"\['a', 'b'\], and not \['b'\]")


def test_h03_a_memo_that_has_read_less_far_but_later_is_not_thrown_away(tmp_path: Path) -> None:
    """Request p, refresh, p is deleted, refresh: what the second one saw is newer, though its log is shorter."""
    tell(h03, tmp_path, "dominance", "the observation that is stored: 1, and not 2")


def test_h04_a_transaction_between_two_statements_of_a_refresh_is_seen_whole_or_not_at_all(tmp_path: Path) -> None:
    """The oldest row is deleted and one appended, after the sources were looked up and before the tail is read."""
    tell(h04, tmp_path, "torn", r"\['a', 'b', 'c', 'd'\] never was")


def test_h05_a_refresh_of_the_replaced_file_never_stores_over_one_of_the_new_file(tmp_path: Path) -> None:
    """It connects to the old file, another refresh reads the new one and stores, it reads the old one and stores."""
    tell(h05_late, tmp_path, "no second look", "the file of the memo")


def test_h05_a_file_replaced_between_any_two_gates_leaves_an_answer_and_a_memo_of_one_file(tmp_path: Path) -> None:
    """Replaced after the old file was pinned and before it was opened, the new content is under the old number."""
    tell(h05_around, tmp_path, "no second look", "replaced before gate")


@pytest.mark.parametrize("flaw", ["cursor only", "highest id"])
def test_h06_a_new_file_under_a_reissued_inode_number_is_not_taken_for_the_old_one(tmp_path: Path, flaw: str) -> None:
    """Its ids go beyond the cursor, so that neither the number of the file nor the highest id tells it apart."""
    tell(h06, tmp_path, flaw, "the answer")


@pytest.mark.skipif(not hasattr(os, "O_PATH"), reason="the system has no descriptors that only pin")
def test_h06_a_kept_connection_keeps_the_real_file_system_from_reissuing_the_number(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with closing(Host(path, limits=LIMITS)) as host:
        for number in range(20):
            before = host.store.slot
            with log(path, f"t{number}"):
                expect("the answer", names(Refresh(host).finish()), [f"t{number}"])
            if before.memo is not None:
                assert stored(host).place != before.memo.place
            remove(path)


@pytest.mark.parametrize("by_copy", [True, False], ids=["by copy", "through SQLite"])
def test_h07_a_backup_that_is_put_back_brings_its_rows_back(tmp_path: Path, by_copy: bool) -> None:  # noqa: FBT001 - a parameter
    """Back up, a is deleted, refresh, restore, refresh: every row that is remembered is there, and one more."""
    tell(partial(h07, by_copy=by_copy), tmp_path, "no witnesses", "what is back")


def test_h08_the_order_of_memos_is_that_of_their_snapshots_and_not_of_their_starts(tmp_path: Path) -> None:
    """A starts, B starts and reads, a row arrives, A reads and stores, B stores."""
    tell(h08, tmp_path, "early number", "the highest id that is remembered: 1, and not 2")


def test_h09_a_wide_refresh_that_narrow_ones_overtake_scans_everything_once(tmp_path: Path) -> None:
    """Five times a narrow refresh stores while a wide one is about to."""
    tell(h09, tmp_path, "newest takes all", "full scans in five rounds")


def test_h10_a_read_that_fails_in_its_midst_answers_nothing_and_skips_nothing(tmp_path: Path) -> None:
    """Request a, refresh, requests b and c, the read fails after b."""
    tell(h10, tmp_path, "read to the error", "the outcome of a read that fails: an answer, and not io")


def test_h12_a_completion_that_comes_before_its_request_is_not_forgotten_for_want_of_room(tmp_path: Path) -> None:
    """There is room for one source, two completions are pending, and the request of the older one comes."""
    tell(h12, tmp_path, "evicted completions", r"the model: \[None\], and not \['done'\]")


def test_h13_a_refresh_in_flight_does_not_undo_a_drop(tmp_path: Path) -> None:
    tell(h13, tmp_path, "undone drop", "what is remembered after the drop")


def test_h15_a_row_that_got_the_id_of_another_one_is_not_taken_for_it(tmp_path: Path) -> None:
    """A row without a meaning, refresh, it is deleted, a migration resets the sequence, a request gets its id."""
    tell(h15, tmp_path, "ids alone", r"the answer: \[\], and not \['b'\]")


def test_h16_a_busy_partition_whose_newest_row_is_pruned_costs_no_full_scan(tmp_path: Path) -> None:
    tell(h16, tmp_path, "one anchor", "why everything was read again: anchors lost, and not None")


def test_h17_two_scanners_of_one_log_do_not_store_over_each_other(tmp_path: Path) -> None:
    """One reads, a row arrives, the other one reads and stores, and then the first one does."""
    tell(h17, tmp_path, "shared slot", "the highest id that the other one remembers: 1, and not 2")


@pytest.mark.parametrize(
    ("flaw", "wrong"),
    [("unwatched no", r"the answer: \[\], and not \['a'\]"), ("yes alone", r"the answer: \['a'\], and not \[\]")],
)
def test_h20_a_row_that_said_no_to_a_turn_is_watched_like_one_that_said_yes(
    tmp_path: Path, flaw: str, wrong: str
) -> None:
    """A turn is asked for on priority, its tags say another tier, refresh, the tags are pruned, refresh."""
    tell(h20, tmp_path, flaw, wrong)


def remove(path: Path) -> None:
    """Delete a log with all that SQLite left beside it."""
    for found in path.parent.glob(f"{path.name}*"):
        found.unlink()
