"""Trace files: written and read back, and what is refused."""

from __future__ import annotations

import io
import json
import os
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from strandline.model.terms import Step
from strandline.properties.core.verdict import Change, Exhibit, Frame, Trace
from strandline.properties.evidence import replay
from strandline.properties.evidence.replay import (
    BYTES_MAX,
    CHANGES_MAX,
    STEPS_MAX,
    VALUE_MAX,
    BadTraceError,
    decode,
    encode,
)

if TYPE_CHECKING:
    from pathlib import Path

TRACE = Trace("no second look", "pair", "M3", (Step("append", None, 2), Step("start", 0), Step("read", 1, -1)))


EXHIBIT = Exhibit(
    TRACE,
    (
        Frame(None, "append p", (Change("log", "no row", "1 request p"),)),
        Frame(0, "refresh from the beginning", ()),
        Frame(1, "read", (Change("finds", "", "1 request p"),)),
    ),
    ("stored: nothing",),
    3,
    broken=True,
    first=(("memo", "none"),),
)


def as_json(**changes: object) -> bytes:
    return json.dumps({**json.loads(encode(TRACE)), **changes}).encode()


@pytest.mark.parametrize("trace", [TRACE, TRACE._replace(steps=())])
def test_a_trace_comes_back_as_it_was_written(trace: Trace) -> None:
    assert decode(encode(trace)) == trace


def test_a_trace_file_has_one_step_a_line() -> None:
    lines = encode(TRACE).decode().splitlines()
    assert [line.strip(" ,") for line in lines if '"name"' in line] == [
        '{"name":"append","arg":2}',
        '{"name":"start","actor":"r1"}',
        '{"name":"read","actor":"r2","arg":-1}',
    ]


def test_a_trace_file_has_what_each_step_changed_one_change_a_line() -> None:
    data = encode(TRACE, EXHIBIT)
    lines = [line.strip(" ,]}") for line in data.decode().splitlines()]
    assert '{"name":"append","arg":2,"says":"append p","changed":[' in lines
    assert '{"what":"log","before":"no row","after":"1 request p"' in lines
    assert '{"name":"start","actor":"r1","says":"refresh from the beginning"' in lines
    assert json.loads(data)["ending"] == ["stored: nothing"]
    assert json.loads(data)["first"] == [{"what": "memo", "before": "", "after": "none"}]


def test_what_was_seen_of_a_trace_comes_back_as_it_was_written() -> None:
    assert replay.frames(replay.parse(encode(TRACE, EXHIBIT))) == EXHIBIT.frames
    assert replay.frames(replay.parse(encode(TRACE))) == ()


def test_a_value_that_is_too_long_is_cut_when_it_is_written_so_that_it_can_be_read() -> None:
    long = EXHIBIT._replace(
        frames=(Frame(None, "x" * 9_000, (Change("w", "b" * 9_000, "a"),) * 99), *EXHIBIT.frames[1:])
    )
    first = replay.parse(encode(TRACE, long._replace(ending=("y" * 9_000,) * 99))).steps[0]
    assert (len(first.says), len(first.changed[0].before), len(first.changed)) == (VALUE_MAX, VALUE_MAX, CHANGES_MAX)


def test_the_line_to_be_pasted_has_the_steps_and_nothing_else() -> None:
    line = replay.compact(TRACE)
    assert b"\n" not in line
    assert decode(line) == TRACE
    assert b"says" not in line


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "truncated"),
        (b"[]", "Expected `object`"),
        (b"\xff\xfe", "not a trace file"),
        (b"[" * 100_000, "not a trace file"),
        (as_json(version=1), "a trace of version 1; this strandline reads version 2, so write it anew"),
        (as_json(version=99), "a trace of version 99"),
        (as_json(version="2"), "version"),
        (as_json(format="other"), "format"),
        (as_json(extra=1), "unknown field"),
        (as_json(law=""), "law"),
        (as_json(law="x" * 201), "law"),
        (as_json(steps=[{"name": "x", "actor": 1}]), "actor"),
        (as_json(steps=[{"name": "x", "actor": "r0"}]), "no refresh is named 'r0'"),
        (as_json(steps=[{"name": "x", "actor": "r101"}]), "they are r1 to r100"),
        (as_json(steps=[{"name": "x", "actor": "\u0661"}]), "no refresh is named"),
        (as_json(steps=[{"name": "x", "actor": "../r1"}]), "no refresh is named"),
        (as_json(steps=[{"name": "x", "says": "y" * 2001}]), "says"),
        (as_json(steps=[{"name": "x", "changed": [{"what": "w", "before": "", "after": ""}] * 51}]), "changed"),
        (as_json(steps=[{"name": "x", "changed": [[[[[[]]]]]]}]), "changed"),
        (as_json(steps=[{"name": "x", "arg": float("nan")}]), "malformed"),
        (as_json(ending=["x"] * 51), "ending"),
        (as_json(**{"y" * 5_000: 1}), "unknown field"),
        (as_json(deep=0).replace(b"0", b"[" * 50_000 + b"]" * 50_000), "not a trace file"),
        (as_json(steps=[{"name": "x", "arg": 2**63}]), "arg"),
        (as_json(steps=[{"name": "x"}] * (STEPS_MAX + 1)), "<= 1000 "),
        (b" " * (BYTES_MAX + 1), "larger"),
    ],
)
def test_what_is_no_trace_is_refused_in_one_line(data: bytes, says: str) -> None:
    with pytest.raises(BadTraceError, match=says) as refused:
        decode(data)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400


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
    assert "/" not in replay.file_name(TRACE._replace(subject="../../etc/x", law="../M1"))
    assert len(replay.file_name(TRACE._replace(subject="x" * 200, law="y" * 200))) < 200


@pytest.mark.parametrize(
    ("fits", "judged", "broken", "code"),
    [(3, 1, True, 1), (2, 1, True, 1), (3, 1, False, 0), (2, 1, False, 3), (3, 0, False, 3)],
)
def test_the_exit_code_tells_broken_from_holding_from_what_fits_no_longer_or_judges_nothing(
    fits: int,
    judged: int,
    broken: bool,  # noqa: FBT001 - a column of the table
    code: int,
) -> None:
    assert replay.exit_code(Exhibit(TRACE, (), (), fits, broken, judged=judged)) == code
