"""The fresh process: it answers, does not hear Ctrl-C, and one that was lost is not asked again."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import time
from typing import TYPE_CHECKING

import pytest

from strandline.properties.engines.exhaust import fresh

if TYPE_CHECKING:
    from pathlib import Path


def asked(*call: object) -> str:
    with fresh.asked("w", pickle.dumps(call)) as answer:
        return answer()


def same(text: str) -> str:
    return text


def test_a_call_is_answered_by_another_process_that_hashes_otherwise() -> None:
    assert asked(same, "yes") == "yes"
    assert int(asked(os.getpid)) != os.getpid()
    assert int(asked(hash, "a text")) != hash("a text")


def test_a_call_is_answered_in_the_folder_of_whoever_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a function raises is told with its file, and is held against what this process says of it."""
    asked(same, "begin")
    monkeypatch.chdir(tmp_path)
    assert asked(os.getcwd) == str(tmp_path)


def test_a_call_that_raises_is_told_and_the_process_goes_on() -> None:
    process = asked(os.getpid)
    assert asked(int, "x").startswith("the world cannot be asked in a fresh process: ValueError: invalid literal")
    assert asked(os.getpid) == process


def no_memory() -> str:
    raise MemoryError("in a function")


def test_a_call_for_which_no_memory_is_left_there_raises_that_here_and_the_process_goes_on() -> None:
    process = asked(os.getpid)
    with pytest.raises(MemoryError, match="in a function"):
        asked(no_memory)
    assert asked(os.getpid) == process


@pytest.mark.parametrize("code", [0, 3])
def test_a_process_that_ends_is_told_and_another_one_serves_the_next_call(code: int) -> None:
    before = asked(os.getpid)
    assert asked(sys.exit, code) == "world 'w' was asked in a fresh process, and that process ended without an answer"
    assert asked(os._exit, code) == "world 'w' was asked in a fresh process, and that process ended without an answer"
    assert asked(os.getpid) != before


def test_a_late_answer_is_not_taken_for_that_to_the_next_call(monkeypatch: pytest.MonkeyPatch) -> None:
    before = asked(os.getpid)
    monkeypatch.setattr(fresh, "PATIENCE", 0.01)
    assert asked(time.sleep, 3600) == "world 'w' was asked in a fresh process, and gave no answer in 0.01 s"
    monkeypatch.undo()
    assert asked(os.getpid) != before
    assert asked(same, "mine") == "mine"


def test_an_answer_that_nobody_waits_for_is_not_taken_for_that_to_the_next_call() -> None:
    """Whoever asks does something else meanwhile, and may be interrupted in it."""
    before = asked(os.getpid)
    with pytest.raises(KeyboardInterrupt), fresh.asked("w", pickle.dumps((same, "not mine"))):
        raise KeyboardInterrupt
    assert asked(same, "mine") == "mine"
    assert asked(os.getpid) != before


def test_two_who_ask_at_the_same_time_get_each_their_own_answer() -> None:
    """Two threads may search, and a function of a world may search in its turn."""
    with (
        fresh.asked("outer", pickle.dumps((same, "outer"))) as outer,
        fresh.asked("inner", pickle.dumps((same, "inner"))) as inner,
    ):
        assert (outer(), inner()) == ("outer", "inner")


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to consoles, not to processes")
def test_ctrl_c_that_reaches_all_processes_leaves_the_fresh_one_alone() -> None:
    process = asked(os.getpid)
    os.kill(int(process), signal.SIGINT)
    assert asked(os.getpid) == process
