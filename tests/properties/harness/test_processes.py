"""Processes that others started: how they end, and what is left of them."""

from __future__ import annotations

import multiprocessing
import os
import threading
from contextlib import closing
from multiprocessing import util
from typing import TYPE_CHECKING, Any, Final

import pytest

from strandline.properties.harness import processes
from strandline.properties.harness.processes import Started

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

HELD_OPEN: Final = 0.2
"""Seconds between the birth of a process and what it is sent, in which the one that starts it is ended."""


def idle() -> None:
    threading.Event().wait()


def starting(way: Connection) -> None:
    """Start a process that holds the same way open, and say so when it is born and nothing has been sent to it yet."""
    spawn = util.spawnv_passfds

    def born(path: bytes, arguments: Sequence[Any], descriptors: Sequence[int]) -> int:
        pid = spawn(path, arguments, [*descriptors, way.fileno()])
        way.send(pid)
        threading.Event().wait(HELD_OPEN)
        return pid

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(util, "spawnv_passfds", born)
        Started(idle, (), None)
    threading.Event().wait()


def in_c(way: Connection) -> None:
    """Hold the interpreter's lock for longer than anybody waits."""
    way.send(os.getpid())
    sum(range(10**12))


def test_a_process_that_is_ended_while_it_starts_another_lets_it_begin(capfd: pytest.CaptureFixture[str]) -> None:
    here, there = multiprocessing.get_context("spawn").Pipe()
    with closing(here):
        started = Started(starting, (there,), None)
        there.close()
        here.recv()
        started.end()
        with pytest.raises(EOFError):
            here.recv()
    assert capfd.readouterr().err == ""


def test_a_process_that_does_not_end_by_itself_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "GRACE", 0.01)
    here, there = multiprocessing.get_context("spawn").Pipe()
    with closing(here):
        started = Started(in_c, (there,), None)
        there.close()
        here.recv()
        started.end()
    assert not started.process.is_alive()
