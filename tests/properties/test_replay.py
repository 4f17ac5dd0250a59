"""Trace files: written and read back, and what is refused."""

from __future__ import annotations

import io
import json
import os
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from strandline.model.state import Action
from strandline.properties.report import replay
from strandline.properties.report.replay import BYTES_MAX, STEPS_MAX, BadTraceError, decode, encode
from strandline.properties.verdict import Exhibit, Trace

if TYPE_CHECKING:
    from pathlib import Path

TRACE = Trace("no second look", "pair", "M3", (Action("append", None, 2), Action("start", 0), Action("read", 1, -1)))


def as_json(**changes: object) -> bytes:
    return json.dumps({**json.loads(encode(TRACE)), **changes}).encode()


@pytest.mark.parametrize("trace", [TRACE, TRACE._replace(steps=())])
def test_a_trace_comes_back_as_it_was_written(trace: Trace) -> None:
    assert decode(encode(trace)) == trace


def test_a_trace_file_has_one_step_a_line() -> None:
    lines = encode(TRACE).decode().splitlines()
    assert [line.strip(" ,") for line in lines if '"name"' in line] == [
        '{"name":"append","arg":2}',
        '{"name":"start","actor":0}',
        '{"name":"read","actor":1,"arg":-1}',
    ]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "truncated"),
        (b"[]", "Expected `object`"),
        (b"\xff\xfe", "not a trace file"),
        (b"[" * 100_000, "not a trace file"),
        (as_json(version=2), "version"),
        (as_json(format="other"), "format"),
        (as_json(extra=1), "unknown field"),
        (as_json(law=""), "law"),
        (as_json(law="x" * 201), "law"),
        (as_json(steps=[{"name": "x", "actor": "r1"}]), "actor"),
        (as_json(steps=[{"name": "x", "actor": -1}]), "actor"),
        (as_json(steps=[{"name": "x", "arg": 2**63}]), "arg"),
        (as_json(steps=[{"name": "x"}] * (STEPS_MAX + 1)), "<= 1000 "),
        (b" " * (BYTES_MAX + 1), "larger"),
    ],
)
def test_what_is_no_trace_is_refused_in_one_line(data: bytes, says: str) -> None:
    with pytest.raises(BadTraceError, match=says) as refused:
        decode(data)
    assert "\n" not in str(refused.value)


def test_a_trace_of_the_longest_length_is_read() -> None:
    assert len(decode(as_json(steps=[{"name": "x"}] * STEPS_MAX)).steps) == STEPS_MAX


def test_a_file_that_cannot_be_read_is_refused_in_one_line(tmp_path: Path) -> None:
    for source in (tmp_path, tmp_path / "missing", "nul\0"):
        with pytest.raises(BadTraceError, match="cannot be read"):
            replay.load(str(source))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")
def test_a_fifo_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(BadTraceError, match="not a regular file"):
        replay.load(str(tmp_path / "fifo"))


def test_a_dash_reads_standard_input_and_no_more_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.BytesIO(encode(TRACE))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=stream))
    assert replay.load("-") == TRACE
    flood = io.BytesIO(b" " * (BYTES_MAX + 100))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=flood))
    with pytest.raises(BadTraceError, match="larger"):
        replay.load("-")
    assert flood.tell() == BYTES_MAX + 1


def test_the_name_of_a_trace_file_needs_no_quoting() -> None:
    assert replay.file_name(TRACE) == "M3-no-second-look.json"
    assert "/" not in replay.file_name(TRACE._replace(subject="../../etc/x"))


@pytest.mark.parametrize(("fits", "broken", "code"), [(3, True, 1), (2, True, 1), (3, False, 0), (2, False, 3)])
def test_the_exit_code_tells_broken_from_holding_from_no_longer_fitting(fits: int, broken: bool, code: int) -> None:  # noqa: FBT001 - a column of the table
    assert replay.exit_code(Exhibit(TRACE, (), (), fits, broken)) == code
