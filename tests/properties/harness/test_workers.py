"""Jobs that are done side by side: each is done once, what it raises is told, and none outlives who asked."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Any

import pytest

from strandline.properties.harness.workers import WorkerLostError, side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable


class TwoWordsError(Exception):
    """An error that cannot be made of its words, so another process cannot read it."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"{one} {other}")


def doubled(number: int, say: Callable[[Any], None]) -> int:
    say(f"doubling {number}")
    return 2 * number


def where(_number: int, _say: Callable[[Any], None]) -> int:
    return os.getpid()


def failing(number: int, _say: Callable[[Any], None]) -> int:
    raise (KeyError if number else TwoWordsError)(*["no", "good"][number:])


def leaving(_number: int, _say: Callable[[Any], None]) -> None:
    os._exit(3)


def endless(_number: int, say: Callable[[Any], None]) -> None:
    say(os.getpid())
    threading.Event().wait()


def unsendable(_number: int, _say: Callable[[Any], None]) -> object:
    return lambda: None


def test_every_job_is_done_once_and_what_it_says_is_heard() -> None:
    heard: list[str] = []
    done = dict(side_by_side(doubled, [(number,) for number in range(5)], heard.append))
    assert done == {(number,): 2 * number for number in range(5)}
    assert sorted(heard) == [f"doubling {number}" for number in range(5)]


def test_jobs_are_done_in_as_many_other_processes_as_asked_for() -> None:
    processes = {pid for _, pid in side_by_side(where, [(number,) for number in range(4)], print, workers=1)}
    assert len(processes) == 1
    assert os.getpid() not in processes


def test_no_job_is_no_process() -> None:
    assert list(side_by_side(doubled, [], print)) == []


def test_what_a_job_raises_is_raised_here_or_told_in_its_words() -> None:
    with pytest.raises(KeyError, match="good"):
        list(side_by_side(failing, [(1,)], print))
    with pytest.raises(RuntimeError, match="TwoWordsError: no good"):
        list(side_by_side(failing, [(0,)], print))


def test_what_cannot_be_sent_back_is_told() -> None:
    with pytest.raises(Exception, match=r"pickle|local object"):  # as this Python's version puts it
        list(side_by_side(unsendable, [(0,)], print))


def test_a_process_that_ends_in_its_job_is_told() -> None:
    with pytest.raises(WorkerLostError, match=r"worked on \(7,\) ended without an answer"):
        list(side_by_side(leaving, [(7,)], print))


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such signal")
def test_a_process_does_not_hear_ctrl_c_and_ends_with_who_asked() -> None:
    """A terminal sends it to all; whoever asked decides what becomes of the job."""
    working: list[int] = []

    def heard(process: int) -> None:
        working.append(process)
        os.kill(process, signal.SIGINT)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(side_by_side(endless, [(0,)], heard))
    with pytest.raises(ProcessLookupError):
        os.kill(working[0], 0)
