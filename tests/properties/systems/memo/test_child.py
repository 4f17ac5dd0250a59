"""Claims about a scanner in a process of its own: whatever it does is told apart, and nobody is left behind."""

from __future__ import annotations

import os
import select
import shlex
import signal
import subprocess
import sys
import threading
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from strandline.properties.systems.memo.blackbox import child
from strandline.properties.systems.memo.blackbox.child import Child
from strandline.properties.systems.memo.blackbox.subject import SubjectBrokenError, Turns, Unavailable, Window

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.usefixtures("hangups"),
    pytest.mark.skipif(os.name == "nt", reason="there are no process groups on Windows"),
]

ALWAYS = Window(None, None, ZoneInfo("UTC"))
PATIENCE = 30.0
"""Seconds to wait for what must happen; only used up when something is wrong."""

SHORT = 0.2
"""The deadline of a child that never replies."""


def program(source: str) -> list[str]:
    head = "import json, os, signal, subprocess, sys, time\n"
    head += "def answer(n, **said): print(json.dumps({'id': n, **(said or {'turns': []})}), flush=True)\n"
    head += "asked = lambda: json.loads(sys.stdin.readline())['id']\n"
    return [sys.executable, "-c", head + source]


def breach(source: str, *, deadline: float = PATIENCE, refreshes: int = 1) -> SubjectBrokenError:
    """Ask a program until it breaks, and give how."""
    with closing(Child(program(source), deadline)) as subject:
        session = subject.open(Path("log"), Path("memo"))
        try:
            for ticket in [session.begin(ALWAYS) for _ in range(refreshes)]:
                session.end(ticket)
        except SubjectBrokenError as error:
            return error
    raise AssertionError("it did not break")


def test_replies_come_in_any_order() -> None:
    source = "a = asked(); b = asked(); answer(b, unavailable='busy'); answer(a)"
    with closing(Child(program(source), PATIENCE)) as subject:
        session = subject.open(Path("log"), Path("memo"))
        first, second = session.begin(ALWAYS), session.begin(ALWAYS)
        assert session.end(first) == Turns(())
        assert session.end(second) == Unavailable("busy")


def test_a_program_that_is_not_there_did_not_start() -> None:
    with pytest.raises(SubjectBrokenError, match=r"^no start: '\./no-such-program' cannot be started: No such file"):
        Child(["./no-such-program"])


def test_a_hang_is_told_by_the_deadline_and_by_what_was_asked() -> None:
    error = breach("asked(); print('thinking', file=sys.stderr, flush=True); signal.pause()", deadline=SHORT)
    assert error.breach == "hang"
    assert "no reply within 0.2 s, which --deadline sets, to request 1 (since null, until null, zone UTC)" in str(error)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("sys.exit(3)", "with exit code 3"),
        ("asked(); sys.exit(0)", "with exit code 0"),
        ("answer(asked()); asked(); os.kill(os.getpid(), signal.SIGSEGV)", "by SIGSEGV"),
        ("asked(); sys.exit('no such table')", "its standard error ends 'no such table'"),
        ("os.close(1); signal.pause()", "it closed its standard output"),
    ],
)
def test_a_death_is_told_with_how_it_ended(source: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "GRACE", PATIENCE if "pause" not in source else SHORT)
    error = breach(source, refreshes=2)
    assert error.breach == "death"
    assert says in str(error)


def test_a_death_before_its_readers_are_started_is_told_with_its_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start

    def started(thread: threading.Thread) -> None:
        start(thread)
        if thread.name == "subject":  # as on a machine that is slow to go on
            thread.join(PATIENCE)

    monkeypatch.setattr(threading.Thread, "start", started)
    assert "its standard error ends 'no such table'" in str(breach("sys.exit('no such table')"))


def test_a_flood_of_standard_output_ends_the_child() -> None:
    error = breach("while True: sys.stdout.write('y' * 65536)")
    assert error.breach == "flood"
    assert "a line of more than 1,048,576 bytes that begins 'yyyy" in str(error)


def test_a_flood_of_standard_error_ends_the_child() -> None:
    error = breach("while True: sys.stderr.write('y' * 65535 + chr(10))")
    assert error.breach == "flood"
    assert "on standard error" in str(error)


def test_noise_on_standard_error_does_no_harm() -> None:
    with closing(Child(program("sys.stderr.write('y' * 10 ** 6); answer(asked())"), PATIENCE)) as subject:
        session = subject.open(Path("log"), Path("memo"))
        assert session.end(session.begin(ALWAYS)) == Turns(())


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("asked(); print('hello', flush=True); signal.pause()", "'hello' is no reply"),
        ("asked(); print(flush=True); signal.pause()", "'' is no reply"),
        ("answer(asked() + 5); signal.pause()", "for the id 6, which was never asked"),
        ("n = asked(); answer(n); answer(n); signal.pause()", "for the id 1, which was answered already"),
        ("answer(asked(), turns=[{'turn': 'p'}]); signal.pause()", "is no reply"),
    ],
)
def test_garbage_is_quoted(source: str, says: str) -> None:
    error = breach(source, refreshes=2)
    assert error.breach == "garbage"
    assert says in str(error)


def test_a_child_that_broke_stays_broken() -> None:
    with closing(Child(program("print('hello', flush=True); signal.pause()"), PATIENCE)) as subject:
        session = subject.open(Path("log"), Path("memo"))
        for _ in range(2):
            with pytest.raises(SubjectBrokenError, match=r"^garbage: "):
                session.end(session.begin(ALWAYS))


FAMILY = """
import os, signal, subprocess
signal.signal(signal.SIGTERM, signal.{handler})
subprocess.Popen(["sleep", "1000"], pass_fds=[{held}])
os.write({held}, b"x")
signal.pause()
"""
"""A scanner that starts a program of its own and never replies; both hold the writing end of a pipe."""

INHERITING = """
import subprocess
from functools import partial
subprocess.Popen = partial(subprocess.Popen, pass_fds=[{held}])
from strandline.properties.cli import main
main()
"""
"""The command line, whose children inherit the pipe."""


@pytest.fixture
def held() -> Iterator[tuple[int, int]]:
    """Give a pipe whose reading end comes to its end as soon as nobody in the family holds the writing one."""
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)


def heard(reading: int) -> bytes:
    """Wait for what comes through the pipe: a byte when the family is up, nothing when all of it is gone."""
    ready, _, _ = select.select([reading], [], [], PATIENCE)
    assert ready
    return os.read(reading, 1)


def test_the_whole_group_is_ended_even_if_it_ignores_being_asked(
    held: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "GRACE", SHORT)
    monkeypatch.setattr(subprocess, "Popen", partial(subprocess.Popen, pass_fds=[held[1]]))
    with closing(Child([sys.executable, "-c", FAMILY.format(held=held[1], handler="SIG_IGN")], PATIENCE)):
        os.close(held[1])
        assert heard(held[0]) == b"x"
    assert heard(held[0]) == b""


CUT = """
import os, sys
from strandline.properties.systems.memo.blackbox.child import Child
Child([sys.executable, "-c", sys.argv[1]])
assert os.read({reading}, 1) == b"x"
"""
"""A checker that ends, as by Ctrl-C, before it got hold of its child."""


def test_the_end_of_the_checker_ends_a_child_that_nobody_got_hold_of(held: tuple[int, int]) -> None:
    family = FAMILY.format(held=held[1], handler="SIG_IGN")
    inheriting = INHERITING.format(held=held[1]).partition("from strandline")[0] + CUT.format(reading=held[0])
    done = subprocess.run([sys.executable, "-c", inheriting, family], pass_fds=held, check=False, timeout=PATIENCE)
    os.close(held[1])
    assert done.returncode == 0
    assert heard(held[0]) == b""


@pytest.mark.parametrize(
    ("asked", "handler"),
    [(signal.SIGINT, "SIG_DFL"), (signal.SIGTERM, "SIG_DFL"), (signal.SIGTERM, "SIG_IGN"), (signal.SIGHUP, "SIG_IGN")],
)
def test_a_signal_ends_the_check_as_inconclusive_and_leaves_no_process(
    asked: signal.Signals, handler: str, held: tuple[int, int], tmp_path: Path
) -> None:
    """Even if the scanner ignores being asked to end."""
    script = tmp_path / "family.py"
    script.write_text(FAMILY.format(held=held[1], handler=handler))
    command = shlex.join([sys.executable, str(script)])
    checking = subprocess.Popen(
        [sys.executable, "-c", INHERITING.format(held=held[1]), "check", "--subject-cmd", command],
        cwd=tmp_path,
        pass_fds=[held[1]],
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    os.close(held[1])
    with checking:
        assert heard(held[0]) == b"x"
        checking.send_signal(asked)
    assert checking.returncode == 3
    assert heard(held[0]) == b""
    assert (tmp_path / ".strandline" / "evidence.json").exists()
