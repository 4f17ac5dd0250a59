"""Commands as whole processes: how they end with Ctrl-C, a closed output, a full disk, a plain terminal."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from typing import IO, TYPE_CHECKING

import pytest

from tests.properties.commands.calls import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path


# whole processes

COMMAND = (sys.executable, "-c", "from strandline.properties.cli import main; main()")


ENDLESS = """
import sys, threading
from strandline.properties import cli
from strandline.properties.commands import check as checking
from strandline.properties.systems.memo import check
from strandline.properties.commands import check as command
from strandline.properties.core.verdict import Claim, Engine, Verdict
from strandline.properties.systems.memo import check

def run(subject, report):
    yield Claim("M1", "endless", Verdict.HOLDS, "so far", reached=1)
    print("ready", file=sys.stderr, flush=True)
    threading.Event().wait(60)

command.ENGINES = (Engine("endless", "never ends", run),)
check.engines = lambda **_options: command.ENGINES
cli.main()
"""


def child(*arguments: str | Path) -> subprocess.Popen[bytes]:
    command = [*map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def interrupted(process: subprocess.Popen[bytes], ready: bytes, stream: IO[bytes]) -> tuple[int, str, str]:
    """Interrupt a child once it wrote a line with this in it; give its exit code and what else it wrote."""
    with process:
        assert any(ready in line for line in stream)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out.decode(), err.decode()


no_sigint = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send Ctrl-C to one child")


posix = pytest.mark.skipif(os.name != "posix", reason="the shell and its devices are those of POSIX")


def shell(line: str, *arguments: str | Path) -> tuple[int, str]:
    """Run a line of the shell in which "$@" is strandline with these arguments; give its exit code and its errors."""
    command = ("/bin/bash", "-c", f"set -o pipefail; {line}", "bash", *COMMAND, *map(str, arguments))
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False)
    return done.returncode, done.stderr.decode()


@posix
def test_a_working_folder_that_is_gone_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    code, err = shell(f'cd "{tmp_path}/gone" && rmdir "{tmp_path}/gone" && "$@"', "--version")
    assert (code, err) == (2, "strandline: the working folder is gone: change to one that exists\n")


@posix
@pytest.mark.parametrize("arguments", [("--version",), ("turns", "none"), ("check", "--list-mutants")])
def test_a_closed_standard_output_is_one_line(arguments: tuple[str, ...]) -> None:
    assert shell('"$@" >&-', *arguments) == (4, "strandline: standard output is closed\n")


@pytest.mark.skipif(not os.access("/dev/full", os.W_OK), reason="there is no /dev/full here")
@pytest.mark.parametrize("arguments", [("--version",), ("check", "--list-mutants")])
def test_an_output_without_room_is_one_line(arguments: tuple[str, ...]) -> None:
    code, err = shell('"$@" >/dev/full', *arguments)
    assert code == 4
    assert "No space left" in err
    assert err.count("\n") == 1
    assert shell('"$@" >/dev/full 2>/dev/full', *arguments) == (4, "")


@posix
def test_a_version_that_nobody_reads_is_told_by_its_exit_code() -> None:
    assert shell('"$@" | true', "--version") == (141, "")


@no_sigint
def test_ctrl_c_ends_a_check_as_inconclusive_with_its_evidence(tmp_path: Path) -> None:
    process = child(sys.executable, "-c", ENDLESS, "check", "--out", tmp_path)
    assert process.stderr is not None
    code, out, err = interrupted(process, b"ready", process.stderr)
    assert code == 3, err
    assert "endless  interrupted  interrupted before its end" in out
    claims = json.loads((tmp_path / "evidence.json").read_text())["claims"]
    assert claims["verdict"] == "inconclusive"
    assert claims["laws"][0]["verdict"] == "holds"
    assert "Traceback" not in err


@no_sigint
def test_ctrl_c_ends_following_with_the_sum(log: Path) -> None:
    process = child(*COMMAND, "turns", log, "--follow", "--oracle", "--interval", "0.01")
    assert process.stdout is not None
    code, out, err = interrupted(process, b"unchanged", process.stdout)
    assert code == 0, err
    assert out.splitlines()[-1].endswith(": 0 differences")
    assert err == ""


@no_sigint
def test_ctrl_c_ends_the_writer_with_its_totals(tmp_path: Path) -> None:
    process = child(*COMMAND, "writer", tmp_path / "log", "--until-interrupted", "--format", "json")
    assert process.stderr is not None
    code, out, err = interrupted(process, b"rows written", process.stderr)
    assert code == 0, err
    assert json.loads(out)["interrupted"] is True
    assert "Traceback" not in err


@pytest.mark.skipif(sys.platform == "win32", reason="a closed pipe is another error there")
def test_a_reader_that_goes_away_is_met_with_silence(log: Path) -> None:
    process = child(*COMMAND, "turns", log, "--follow", "--interval", "0")
    with process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(timeout=PATIENCE) == 141


def test_a_terminal_without_unicode_gets_escapes_and_no_traceback(log: Path) -> None:
    body = 'turn{turn.id=潮}: websocket request: {"type":"response.create","service_tier":"priority"}'
    with contextlib.closing(sqlite3.connect(log)) as connection:
        connection.execute("UPDATE logs SET feedback_log_body = ? WHERE id = 1", (body,))
        connection.commit()
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252:strict", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [*COMMAND, "turns", str(log)], capture_output=True, env=environment, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0
    assert b"\\u6f6e\t" in done.stdout
