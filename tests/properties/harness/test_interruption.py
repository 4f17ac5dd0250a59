"""Claims about the signals that ask a command to end: each is heard, once, and cuts nothing in two."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from typing import Final

import pytest

from strandline.properties.harness import interruption
from strandline.properties.harness.interruption import came, heard, heed, stopping, undisturbed

PATIENCE: Final = 60.0
"""Seconds to wait; they are only used up when something is wrong."""

ENDLESS: Final = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
"""A query that SQLite never ends."""


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_within_takes_effect_after(asked: signal.Signals) -> None:
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - what comes after the interrupt is the claim
        with heard(), undisturbed():
            signal.raise_signal(asked)
            done.append("went on")
        done.append("too far")
    assert done == ["went on"]


def test_the_handler_from_before_is_back() -> None:
    asked = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in asked]
    with undisturbed():
        assert all(signal.getsignal(number) is not was for number, was in zip(asked, before, strict=True))
    with heard():
        assert signal.getsignal(signal.SIGTERM) is not before[1]
    assert [signal.getsignal(number) for number in asked] == before


def test_another_thread_is_left_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    seen: list[object] = []

    def work() -> None:
        with undisturbed():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]


def test_the_first_signal_sets_an_event_and_a_later_one_interrupts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interruption, "TOGETHER", 0.0)
    with pytest.raises(KeyboardInterrupt), stopping() as stop:  # noqa: PT012 - when it is raised is the claim
        signal.raise_signal(signal.SIGTERM)
        assert stop.wait(PATIENCE)
        assert came()
        signal.raise_signal(signal.SIGINT)


@pytest.mark.usefixtures("hangups")
@pytest.mark.parametrize("asked", interruption.SIGNALS)
def test_signals_that_come_together_interrupt_once(asked: signal.Signals) -> None:
    done: list[str] = []
    with heard():
        try:
            signal.raise_signal(asked)
        except KeyboardInterrupt:
            signal.raise_signal(signal.SIGTERM)
            done.append("went on")
    assert done == ["went on"]
    assert not came()


def test_what_does_not_end_in_time_is_interrupted_even_as_it_waits() -> None:
    with pytest.raises(KeyboardInterrupt), stopping(0.1):  # noqa: PT012 - when it is raised is the claim
        signal.raise_signal(signal.SIGTERM)
        threading.Event().wait(PATIENCE)


def test_an_interrupt_is_not_lost_in_a_finalizer() -> None:
    """Python tells of an exception there, and goes on."""

    class Dying:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt), heard():  # noqa: PT012 - when it is raised is the claim
        Dying()
        threading.Event().wait(PATIENCE)


def test_an_interrupt_is_not_lost_where_python_tells_of_an_exception_that_it_ignores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An interrupt that is raised again may come before the telling of the first one has ended."""

    class Dying:
        def __del__(self) -> None:
            raise ValueError

    monkeypatch.setattr(sys, "unraisablehook", lambda _: signal.raise_signal(signal.SIGTERM))
    with pytest.raises(KeyboardInterrupt), heard():  # noqa: PT012 - when it is raised is the claim
        Dying()
        threading.Event().wait(PATIENCE)


def test_an_interrupt_that_sqlite_takes_for_an_error_is_heeded() -> None:
    database = sqlite3.connect(":memory:")
    database.set_progress_handler(lambda: signal.raise_signal(signal.SIGTERM), 1)
    with closing(database), pytest.raises(KeyboardInterrupt), heard():  # noqa: PT012 - when it is raised is the claim
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            database.execute(ENDLESS)
        heed()


STUCK: Final = f"""
import os, signal, sqlite3, sys, threading
from strandline.properties.harness import interruption

def ask():
    go.acquire()
    os.kill(os.getpid(), signal.SIGTERM)

interruption.STUCK = 0.1
go = threading.Lock()
database = sqlite3.connect(":memory:")
with interruption.heard():
    sys.setswitchinterval(1000)  # so the thread goes on when SQLite works, and not before
    go.acquire()
    threading.Thread(target=ask, daemon=True).start()
    go.release()
    database.execute({ENDLESS!r})
"""
"""A program that a signal meets in a call into C."""


def test_a_call_into_c_that_does_not_end_is_ended_with_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", STUCK], timeout=PATIENCE, check=False)
    assert done.returncode == interruption.INTERRUPTED
