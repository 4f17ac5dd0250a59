"""The hazards that a memo over a log has to survive, each told as the shortest story in which it does harm."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo.codex import CODEX
from strandline.impl.memo.files import Pin, Sighting, SystemFiles
from strandline.impl.memo.host import Host
from strandline.impl.memo.memo import Place
from strandline.impl.memo.scanner import Scanner
from strandline.properties.systems.memo.driver.meter import Meter, let_fail, metered
from tests.properties.systems.memo.stories import (
    ALWAYS,
    LIMITS,
    Refresh,
    _append,
    ask,
    delete,
    expect,
    log,
    names,
    request,
    stored,
    tell,
)

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.impl.memo.effects import Failure, Missing


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


def h20(folder: Path) -> None:
    path = folder / "log"
    with log(path) as writer, Scanner(path) as scanner:
        asked_for(writer, "a")
        overruled(writer, "a")
        noise(writer, "a")  # the newest row of a partition is an anchor, and watched as one
        expect("what is on priority", names(ask(scanner, path)), [])
        writer.execute("DELETE FROM logs WHERE instr(feedback_log_body, 'tags_json')")
        expect("what is on priority again", names(ask(scanner, path)), ["a"])


# The claims


def test_h01_a_row_pruned_below_the_cursor_is_not_reported(tmp_path: Path) -> None:
    """Requests a and b, refresh, a is pruned, refresh: ids below the cursor are gone without any row being written."""
    tell(h01, tmp_path, "blind sources", r"\['a', 'b'\], and not \['b'\]")


def test_h02_an_emptied_log_does_not_bring_its_rows_back_when_it_grows_again(tmp_path: Path) -> None:
    """Request a, refresh, all rows deleted, request b, refresh: the highest id never was seen to fall."""
    tell(h02, tmp_path, "highest id", r"\['a', 'b'\], and not \['b'\]")


@pytest.mark.parametrize("mutant", ["cursor only", "highest id"])
def test_h06_a_new_file_under_a_reissued_inode_number_is_not_taken_for_the_old_one(tmp_path: Path, mutant: str) -> None:
    """Its ids go beyond the cursor, so that neither the number of the file nor the highest id tells it apart."""
    tell(h06, tmp_path, mutant, "the answer")


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


def test_h10_a_read_that_fails_in_its_midst_answers_nothing_and_skips_nothing(tmp_path: Path) -> None:
    """Request a, refresh, requests b and c, the read fails after b."""
    tell(h10, tmp_path, "read to the error", "the outcome of a read that fails: an answer, and not io")


def test_h12_a_completion_that_comes_before_its_request_is_not_forgotten_for_want_of_room(tmp_path: Path) -> None:
    """There is room for one source, two completions are pending, and the request of the older one comes."""
    tell(h12, tmp_path, "evicted completions", r"the model: \[None\], and not \['done'\]")


def test_h15_a_row_that_got_the_id_of_another_one_is_not_taken_for_it(tmp_path: Path) -> None:
    """A row without a meaning, refresh, it is deleted, a migration resets the sequence, a request gets its id."""
    tell(h15, tmp_path, "ids alone", r"the answer: \[\], and not \['b'\]")


def test_h16_a_busy_partition_whose_newest_row_is_pruned_costs_no_full_scan(tmp_path: Path) -> None:
    tell(h16, tmp_path, "one anchor", "why everything was read again: anchors lost, and not None")


@pytest.mark.parametrize(
    ("mutant", "wrong"),
    [("unwatched no", r"the answer: \[\], and not \['a'\]"), ("yes alone", r"the answer: \['a'\], and not \[\]")],
)
def test_h20_a_row_that_said_no_to_a_turn_is_watched_like_one_that_said_yes(
    tmp_path: Path, mutant: str, wrong: str
) -> None:
    """A turn is asked for on priority, its tags say another tier, refresh, the tags are pruned, refresh."""
    tell(h20, tmp_path, mutant, wrong)


def remove(path: Path) -> None:
    """Delete a log with all that SQLite left beside it."""
    for found in path.parent.glob(f"{path.name}*"):
        found.unlink()
