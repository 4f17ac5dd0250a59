"""Claims about the sandbox: whatever goes round the effects is heard of, by name, and nothing else is changed by it."""

from __future__ import annotations

import datetime as dt
import gc
import os
import pathlib
import random
import secrets
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

import pytest

from strandline.impl.memo import host, refresh, window
from strandline.impl.memo.host import Lease
from strandline.model.memo import world as model
from strandline.model.terms import Step
from strandline.properties.harness import sandbox
from strandline.properties.harness.audit import AuditError
from strandline.properties.harness.sandbox import Sandbox
from strandline.properties.systems.memo.driver.lockstep import Lockstep
from strandline.properties.systems.memo.driver.recorder import Recorder
from strandline.properties.systems.memo.driver.templates import Templates

if TYPE_CHECKING:
    from collections.abc import Callable

HERE: Final = pathlib.Path(__file__)

AROUND: Final[dict[str, tuple[Callable[[], object], str]]] = {
    "stats a path": (HERE.stat, "os.stat"),
    "asks whether a path is there": (HERE.exists, "os.stat"),
    "stats through os": (lambda: os.stat(HERE), "os.stat"),  # noqa: PTH116 - that is the access
    "stats a link": (HERE.lstat, "os.lstat|os.stat"),
    "stats a descriptor": (lambda: os.fstat(0), "os.fstat"),
    "asks for permission": (lambda: os.access(HERE, os.R_OK), "os.access"),
    "opens a file": (lambda: HERE.open().close(), "open"),
    "opens a descriptor": (lambda: os.close(os.open(HERE, os.O_RDONLY)), "open"),
    "lists a folder": (lambda: list(HERE.parent.iterdir()), "os.listdir|os.scandir"),
    "makes a temporary folder": (lambda: tempfile.TemporaryDirectory().cleanup(), "tempfile.mkdtemp|random.*"),
    "reads the clock": (lambda: time.time(), "time.time"),  # noqa: PLW0108 - to be looked up when it is called
    "reads the steady clock": (lambda: time.monotonic(), "time.monotonic"),  # noqa: PLW0108 - as above
    "sleeps": (lambda: time.sleep(0), "time.sleep"),
    "asks for now": (lambda: dt.datetime.now(dt.UTC), "datetime.now"),
    "asks for today": (lambda: dt.date.today(), "date.today"),  # noqa: DTZ011, PLW0108 - that is the access, as above
    "asks for today and the time": (lambda: dt.datetime.today(), "datetime.today"),  # noqa: DTZ002, PLW0108 - as above
    "draws": (lambda: random.random(), "random.random"),  # noqa: S311, PLW0108 - that is the access
    "draws one of some": (lambda: random.choice("ab"), "random.choice"),  # noqa: S311 - as above
    "draws bytes": (lambda: os.urandom(1), "os.urandom"),
    "draws a secret": (lambda: secrets.token_bytes(1), "secrets.token_bytes"),
    "draws a uuid": (uuid.uuid4, "os.urandom"),
    "connects": (lambda: sqlite3.connect(":memory:").close(), "sqlite3.connect"),
    "opens a socket": (lambda: socket.socket().close(), "socket.__new__"),
    "starts a thread": (lambda: threading.Thread(target=int).start(), "threading._start_"),
    "starts a process": (lambda: subprocess.run([sys.executable, "-c", ""], check=True), "subprocess.Popen"),
}
"""Ways round the effects, and the word for each."""


def first_step(action: Step = Step("start", 0)) -> None:  # noqa: B008 - a value
    """Let a refresh through its first gate on a lockstep harness."""
    with Templates() as templates, closing(Lockstep("field", templates, Counter())) as harness:
        harness.take(action)
        harness.take(Step("locate", 0))
        harness.take(Step("connect", 0))


@pytest.mark.parametrize("way", AROUND)
def test_a_core_that_goes_round_the_effects_is_refused_by_name(way: str) -> None:
    reach, word = AROUND[way]
    shipped = refresh.step

    def step(state: refresh.State, result: Any) -> refresh.Next:  # noqa: ANN401 - as the core's
        reach()
        return shipped(state, result)

    says = rf"^audit: core step may touch nothing; it touched .*({word})"
    with patch.object(refresh, "step", step), pytest.raises(AuditError, match=says):
        first_step()


@pytest.mark.parametrize("way", ["stats a path", "reads the clock", "draws"])
def test_a_model_that_goes_round_its_values_is_refused_by_name(way: str) -> None:
    reach, word = AROUND[way]
    shipped = model.step

    def step(*args: Any) -> model.Outcome:  # noqa: ANN401 - as the model's
        reach()
        return shipped(*args)

    with patch.object(model, "step", step), pytest.raises(AuditError, match=f"^audit: model step .*{word}"):
        first_step()


@pytest.mark.parametrize("way", ["stats a path", "opens a file", "reads the clock", "connects"])
def test_an_effect_that_touches_more_than_it_may_is_refused_by_name(way: str) -> None:
    """The host may reach the system through what is recorded, and not besides."""
    reach, word = AROUND[way]
    shipped = Lease.perform

    def perform(self: Lease, effect: Any) -> Any:  # noqa: ANN401 - as the lease's
        reach()
        return shipped(self, effect)

    with patch.object(host.Lease, "perform", perform), pytest.raises(AuditError, match=f"^audit: Locate .*{word}"):
        first_step()


def test_an_access_is_told_of_even_if_the_core_swallows_every_error() -> None:
    shipped = refresh.step

    def step(state: refresh.State, result: Any) -> refresh.Next:  # noqa: ANN401 - as the core's
        try:
            pathlib.Path("/nowhere/at/all").stat()
        except OSError:
            return shipped(state, result)
        raise AssertionError

    with patch.object(refresh, "step", step), pytest.raises(AuditError, match=r"os\.stat"):
        first_step()


def test_a_shipped_step_is_heard_of_by_nobody() -> None:
    first_step()


def test_what_a_sandbox_put_aside_is_back_when_it_is_off() -> None:
    names = [(swap.names, dict(swap.shipped)) for swap in sandbox.swaps()]
    assert names

    def shipped() -> set[bool]:
        return {space[name] is value for space, values in names for name, value in values.items()}

    def fail() -> None:
        with Sandbox(lambda _: None):
            assert shipped() == {False}
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert shipped() == {True}


def test_a_wrapped_function_does_what_it_did() -> None:
    heard: list[str] = []
    with Sandbox(heard.append):
        size = os.stat(HERE).st_size  # noqa: PTH116 - the name that is watched
        now = dt.datetime.now(dt.UTC)
        assert isinstance(now, dt.datetime)
    assert size == HERE.stat().st_size
    assert type(now) is dt.datetime
    assert heard == ["os.stat", "datetime.now"]


def test_a_wrapped_date_is_a_plain_one() -> None:
    with Sandbox(lambda _: None):
        days = [dt.date(2024, 2, 29), dt.date.fromisoformat("2024-02-29"), dt.date.today()]  # noqa: DTZ011 - its name
        assert all(isinstance(day, dt.date) for day in [*days, dt.datetime.now(dt.UTC)])
    assert {type(day) for day in days} == {dt.date}


def test_a_name_that_the_scanner_imported_from_elsewhere_is_watched_as_well() -> None:
    assert vars(window)["datetime"] is dt.datetime
    with Sandbox(lambda _: None):
        assert vars(window)["datetime"] is sandbox.TellingDatetime
    assert vars(window)["datetime"] is dt.datetime


def test_nobody_hears_of_anything_outside_of_a_sandbox() -> None:
    heard: list[str] = []
    with Sandbox(heard.append):
        pass
    HERE.stat()
    HERE.open().close()
    assert heard == []


def test_what_another_thread_does_is_not_laid_to_an_atomic_step() -> None:
    recorder = Recorder()
    go, done = threading.Event(), threading.Event()

    def elsewhere() -> None:
        assert go.wait(10)
        HERE.stat()
        done.set()

    thread = threading.Thread(target=elsewhere)
    thread.start()

    def run() -> None:
        go.set()
        assert done.wait(10)

    with recorder.sandbox:
        recorder.atomic("core step", run)
    thread.join(10)
    recorder.settle()


def test_garbage_that_falls_due_in_an_atomic_step_is_left_for_later() -> None:
    recorder = Recorder()
    assert gc.isenabled()
    assert recorder.atomic("core step", gc.isenabled) is False
    assert gc.isenabled()
