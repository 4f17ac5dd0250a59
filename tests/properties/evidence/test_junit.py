"""The evidence as JUnit's XML: a CI system that reads it passes nothing that is no pass."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.core.findings import Findings, Run
from strandline.properties.core.verdict import Claim, Verdict
from strandline.properties.evidence.evidence import gather
from strandline.properties.evidence.junit import junit
from strandline.properties.systems.memo.spec.laws import LAWS
from tests.properties.evidence.evidences import bitten, holding, violated, written
from tests.properties.evidence.test_page import EVIL, everywhere

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.properties.evidence.document import Evidence


def suites(evidence: Evidence, **drawings: list[str]) -> dict[str, ET.Element]:
    root = ET.fromstring(junit(evidence, drawings))  # noqa: S314 - our own
    assert root.tag == "testsuites"
    return {suite.get("name", ""): suite for suite in root}


def counted(suite: ET.Element) -> tuple[int, ...]:
    return tuple(int(suite.get(total, "")) for total in ("tests", "failures", "errors", "skipped"))


def test_a_document_that_holds_is_all_passes() -> None:
    found = suites(holding())
    assert counted(found["laws"]) == (len(LAWS), 0, 0, 0)
    assert counted(found["engines"])[1:] == (0, 0, 0)
    first = found["laws"][0]
    assert first.get("name", "").startswith(f"{LAWS[0].number} {LAWS[0].name}: ")
    assert "exhaust impl" in first.findtext("system-out", "")


def test_a_violated_law_is_a_failure_with_its_trace() -> None:
    found = suites(violated(), M3=["  13  | swap the memo"])
    assert counted(found["laws"])[1:] == (1, 0, 0)
    (failure,) = found["laws"].iter("failure")
    assert "  13  | swap the memo" in (failure.text or "").splitlines()


def test_what_is_inconclusive_broken_or_interrupted_is_an_error_and_what_was_skipped_is_skipped() -> None:
    claims = tuple(Claim(law.number, "exhaust", Verdict.HOLDS, "every state", reached=1) for law in LAWS[1:])
    open_end = Claim(LAWS[0].number, "exhaust", Verdict.INCONCLUSIVE, "the budget ended")
    runs = (
        Run("a", "plays", "ran"),
        Run("b", "plays", "skipped", "why"),
        Run("c", "plays", "broken", "why"),
        Run("d", "plays", "interrupted", "why"),
    )
    found = suites(gather(Findings("shipped", (*claims, open_end), runs, LAWS), datetime(2026, 3, 1, tzinfo=UTC), 1.0))
    assert counted(found["laws"])[1:] == (0, 1, 0)
    assert counted(found["engines"]) == (4, 0, 2, 1)
    assert [error.get("message") for error in found["engines"].iter("error")] == ["why", "why"]


def test_a_mutant_that_got_away_is_a_failure() -> None:
    (failure,) = suites(bitten())["mutants"].iter("failure")
    assert failure.get("message") == "not caught by fuzz, which must catch it"


def test_whatever_a_document_says_the_xml_is_read_back() -> None:
    hostile = everywhere(f"{EVIL}\x1b[31m\x00\ud800]]>")
    found = suites(hostile, **{hostile.claims.laws[0].law: [EVIL, "\x1b[31m\x00"]})
    assert counted(found["laws"])[1] == 1
    tags = {one.tag for suite in found.values() for case in suite for one in case.iter()}
    assert tags <= {"testcase", "failure", "error", "skipped", "system-out"}


def test_the_command_writes_it_with_the_lanes_of_the_trace(tmp_path: Path) -> None:
    document = written(tmp_path / "evidence.json", violated())
    result = CliRunner().invoke(main, ["report", str(document), "--junit", str(tmp_path / "junit.xml")])
    assert result.exit_code == 0
    (failure,) = ET.fromstring((tmp_path / "junit.xml").read_text("utf-8")).iter("failure")  # noqa: S314 - our own
    assert "swap the memo" in (failure.text or "")
