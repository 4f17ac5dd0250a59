"""Evidence from anybody: read within bounds, or refused in one line."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.evidence.bounds import BYTES_MAX, ITEMS_MAX, TEXT_MAX
from strandline.properties.evidence.evidence import encode
from strandline.properties.evidence.reading import BadEvidenceError, decode, load
from tests.properties.evidence.evidences import bitten, holding, plain, violated, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def refused(data: bytes) -> str:
    with pytest.raises(BadEvidenceError) as error:
        decode(data)
    says = str(error.value)
    assert "\n" not in says
    assert len(says) < 1000
    return says


def spoiled(change: Callable[[Any], None]) -> bytes:
    document = plain(violated())
    change(document)
    return json.dumps(document).encode()


@pytest.mark.parametrize("made", [holding, violated])
def test_what_is_written_is_read_back_as_it_was(made: Callable[[], Any]) -> None:
    assert decode(encode(made())) == made()


def test_a_document_that_is_too_large_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    assert "and this is larger" in refused(b" " * (BYTES_MAX + 1))
    endless = tmp_path / "endless.json"
    with endless.open("wb") as file:
        file.truncate(1024 * BYTES_MAX)
    with pytest.raises(BadEvidenceError, match="larger"):
        load(str(endless))


@pytest.mark.parametrize("opening", [b"[", b'{"claims":', b'{"version":3,"format":"strandline evidence","claims":['])
def test_a_document_that_is_nested_too_deep_is_refused(opening: bytes) -> None:
    assert "not evidence" in refused(opening * 200_000)


@pytest.mark.parametrize("seconds", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1.0"])
def test_what_is_no_length_of_time_is_refused(seconds: bytes) -> None:
    assert b'"seconds": 61.5' in encode(violated())
    assert "not evidence" in refused(encode(violated()).replace(b'"seconds": 61.5', b'"seconds": ' + seconds))


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    assert b'"states": 1200' in encode(violated())
    assert "not evidence" in refused(encode(violated()).replace(b'"states": 1200', b'"states": ' + b"9" * 5000))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda d: d.update(claims=[]), id="claims as a list"),
        pytest.param(lambda d: d["claims"].update(laws="M1"), id="laws as a text"),
        pytest.param(lambda d: d["claims"].update(verdict="fine"), id="a verdict that there is not"),
        pytest.param(lambda d: d["claims"]["engines"][0].update(state=None), id="a state that is null"),
        pytest.param(lambda d: d["claims"]["laws"][0]["claims"][0]["counts"].update(states=-1), id="a count below 0"),
        pytest.param(lambda d: d["claims"]["laws"][0]["claims"][0]["counts"].update(states=1.5), id="half a state"),
        pytest.param(
            lambda d: d["claims"]["laws"][0]["claims"][0]["counts"].update(states=2**63), id="a count of 64 bits"
        ),
        pytest.param(lambda d: d["claims"].update(subject="x" * (TEXT_MAX + 1)), id="a long name"),
        pytest.param(lambda d: d["claims"].update(skipped=["x"] * (ITEMS_MAX + 1)), id="a long list"),
        pytest.param(lambda d: d["claims"]["sources"].update(x="no digest"), id="a digest that is none"),
    ],
)
def test_what_has_the_wrong_type_or_is_out_of_bounds_is_refused(change: Callable[[Any], None]) -> None:
    assert refused(spoiled(change)).startswith("not evidence: ")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.json", "/etc/passwd.json", ".json", "a\u202egnp.json", "a\x00.json"]
)
def test_the_name_of_a_trace_leads_nowhere(name: str) -> None:
    def renamed(document: Any) -> None:  # noqa: ANN401 - any JSON
        for part in ("traces", "shown"):
            document["claims"][part] = dict.fromkeys([name], *document["claims"][part].values())

    assert refused(spoiled(renamed)).startswith("not evidence: ")


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"null", b"[]", b"{}", b'{"version": "3"}', b"<html>"])
def test_what_is_no_document_at_all_is_refused(data: bytes) -> None:
    assert refused(data).startswith("not evidence: ")


def test_another_version_and_another_kind_of_document_are_named() -> None:
    assert refused(b'{"version": 2}') == "evidence of version 2, and version 3 is read here"
    assert "calls itself 'strandline search'" in refused(b'{"version": 3, "format": "strandline search"}')


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d["claims"].update(verdict="holds"), "the verdict is holds, and M3 is violated"),
        (lambda d: d["claims"]["laws"][2].update(verdict="holds"), "M3 is holds, and exhaust impl says violated"),
        (lambda d: d["claims"]["laws"][0].update(claims=[]), "no engine claims anything of it"),
        (lambda d: d["claims"]["engines"][0].update(state="skipped"), "what was skipped is not"),
        (lambda d: d["claims"].update(traces={}), "is no trace of it"),
        (lambda d: d["claims"].update(laws=[]), "it has no laws or no engines"),
        (lambda d: d["claims"].update(engines=[]), "it has no laws or no engines"),
        (lambda d: d["claims"]["engines"].pop(), "fuzz claims something of M1, and is none of its engines"),
        (lambda d: d["claims"]["laws"][0]["claims"][1].update(kind="proved"), "of M1 is proved, and it is sampled"),
        (
            lambda d: [claim.update(reached=0) for claim in d["claims"]["laws"][0]["claims"]],
            "M1 holds, and nobody has seen its cover",
        ),
    ],
)
def test_a_document_that_claims_more_than_its_parts_is_refused(change: Callable[[Any], None], says: str) -> None:
    assert says in refused(spoiled(change))


def test_what_a_skipped_engine_claims_is_refused() -> None:
    def skipped(document: Any) -> None:  # noqa: ANN401 - any JSON
        document["claims"]["engines"][2]["state"] = "skipped"
        document["claims"]["skipped"] = ["fuzz"]

    assert "fuzz claims something of M1, and was skipped" in refused(spoiled(skipped))


def test_a_verdict_that_holds_beside_a_mutant_that_got_away_is_refused() -> None:
    document = plain(holding())
    document["claims"]["mutants"] = plain(bitten())["claims"]["mutants"]
    assert "the verdict is holds, and mutant slow was not caught" in refused(json.dumps(document).encode())


@pytest.mark.parametrize("where", ["claims", "run"])
def test_a_field_that_a_document_has_not_is_refused(where: str) -> None:
    """Nobody would compare it, and a reader would believe it."""
    document = plain(holding())
    document[where]["audited by"] = "somebody: proved for all ints"
    assert "unknown field" in refused(json.dumps(document).encode())


def test_a_key_that_stands_twice_is_refused() -> None:
    twice = encode(holding()).replace(b'"verdict": "holds"', b'"verdict": "holds", "verdict": "holds"', 1)
    assert refused(twice) == "not evidence: 'verdict' stands twice in one object"


def test_a_skipped_engine_under_a_verdict_of_holds_is_refused() -> None:
    document = plain(holding())
    document["claims"]["engines"][2]["state"] = "skipped"
    document["claims"]["skipped"] = ["fuzz"]
    assert "the verdict is holds, and fuzz was skipped" in refused(json.dumps(document).encode())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFO of this kind")
def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(BadEvidenceError, match="not a regular file"):
        load(str(tmp_path / "fifo"))


@pytest.mark.parametrize("command", [("report",), ("verify",), ("report", "--compare", "-")])
def test_a_bad_file_is_a_mistake_in_the_call_and_one_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    path = written(tmp_path / "evidence.json", {"version": 3, "claims": "<script>\u202e\x1b[2J"})
    result = CliRunner().invoke(main, [*command, str(path)], input=encode(holding()))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith(f"strandline: {path}: not evidence")
    assert result.stderr.rstrip("\n").isprintable()


def test_a_file_that_is_missing_is_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["report", str(tmp_path / "none.json")])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "no such file" in result.stderr
