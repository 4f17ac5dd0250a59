"""Claims about the committed traces in a check: they come first, and what breaks a law again is a violation."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from strandline.model.terms import Step
from strandline.properties.core.system import SHIPPED
from strandline.properties.core.verdict import Trace, Verdict
from strandline.properties.engines.replay import committed
from strandline.properties.engines.replay.committed import FOLDER
from strandline.properties.evidence.replay import BadTraceError, encode
from strandline.properties.systems.memo import engines
from strandline.properties.systems.memo.check import check
from strandline.properties.systems.memo.system import SYSTEM

if TYPE_CHECKING:
    from strandline.properties.core.verdict import Claim

COMMITTED = committed.engine(SYSTEM)
KEPT = Path(__file__).parents[3] / "traces"

pytestmark = pytest.mark.checkout


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for traces below the working folder."""
    monkeypatch.chdir(tmp_path)
    FOLDER.mkdir(parents=True)
    return tmp_path / FOLDER


def keep(folder: Path, *names: str) -> None:
    for name in names:
        shutil.copy(KEPT / name, folder / Path(name).name)


def taken(subject: str = SHIPPED) -> dict[str, Claim]:
    return {claim.law: claim for claim in COMMITTED.run(subject, lambda _line: None)}


def test_the_committed_traces_are_the_first_engine_of_a_check() -> None:
    assert engines.ENGINES[0].name == COMMITTED.name


def test_where_nothing_is_committed_nothing_is_claimed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert taken() == {}


def test_more_traces_than_are_taken_break_the_engine_after_the_first_were(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committed, "FILES_MAX", 1)
    keep(folder, "M3-dominance.json", "M8-undone-drop.json")
    found: list[Claim] = []
    with pytest.raises(BadTraceError, match="more than 1 traces in tests/traces: the others were not taken"):
        found.extend(COMMITTED.run(SHIPPED, lambda _line: None))


def test_the_shipped_scanner_holds_on_the_traces_of_mutants_and_each_is_named_and_counted(folder: Path) -> None:
    keep(folder, "M3-dominance.json", "M3-split.json", "M8-undone-drop.json")
    said: list[str] = []
    found = {claim.law: claim for claim in COMMITTED.run(SHIPPED, said.append)}
    assert {law: (claim.verdict, dict(claim.counts)["traces"]) for law, claim in found.items()} == {
        "M3": (Verdict.HOLDS, 2),
        "M8": (Verdict.HOLDS, 1),
    }
    assert said[0] == "traces: M3-dominance.json: holds"
    assert dict(found["M3"].bounds)["folder"] == "tests/traces"


def test_a_committed_trace_that_breaks_its_law_again_is_a_violation_with_that_trace(folder: Path) -> None:
    keep(folder, "M3-dominance.json")
    findings = check("dominance", ("traces",))
    assert findings.verdict() is Verdict.VIOLATED
    (trace,) = findings.traces()
    assert (trace.subject, trace.law, len(trace.steps)) == ("dominance", "M3", 11)
    assert findings.claims[0].says == "broken again by M3-dominance.json"


def test_what_was_mended_is_caught_if_it_comes_back(folder: Path) -> None:
    keep(folder, "mended/M6-shipped.json")
    assert taken()["M6"].verdict is Verdict.HOLDS
    findings = check("unwitnessed return", ("traces",))
    assert {claim.law: claim.verdict for claim in findings.claims} == {"M6": Verdict.VIOLATED}


def test_a_trace_one_folder_further_down_is_taken_too(folder: Path) -> None:
    (folder / "mended").mkdir()
    keep(folder / "mended", "mended/M6-shipped.json")
    assert dict(taken()["M6"].counts)["traces"] == 1


def test_a_trace_that_fits_no_longer_is_no_pass_and_says_where(folder: Path) -> None:
    steps = (Step("start", 0), Step("store", 0))
    (folder / "a.json").write_bytes(encode(Trace(SHIPPED, "prune", "M3", steps)))
    (folder / "b.json").write_bytes(encode(Trace("split", "prune", "M8", steps)))
    (folder / "c.json").write_bytes(encode(Trace("split", "no such world", "M1", steps)))
    (folder / "d.json").write_bytes(encode(Trace("split", "prune", "M7", steps[:1])))
    found = taken()
    assert {claim.verdict for claim in found.values()} == {Verdict.INCONCLUSIVE}
    assert "a.json: The trace fits no longer: step 2, store by r1, cannot be taken: r1 stands" in found["M3"].says
    assert "b.json: The trace fits no longer: step 2" in found["M8"].says
    assert found["M1"].says == "c.json: nothing here is named 'no such world'"
    assert found["M7"].says == "d.json: split breaks nothing by it"


def test_a_trace_in_which_nothing_is_judged_is_no_pass(folder: Path) -> None:
    (folder / "a.json").write_bytes(encode(Trace(SHIPPED, "prune", "M3", ())))
    (folder / "b.json").write_bytes(encode(Trace(SHIPPED, "prune", "M4", (Step("start", 0),))))
    (folder / "c.json").write_bytes(encode(Trace(SHIPPED, "prune", "M5", ())))
    found = taken()
    assert found["M3"].says == "a.json: nothing happens in it that M3 could judge"
    assert found["M4"].says == "b.json: M4 is proved, and no step is judged by it"
    assert {law: claim.verdict for law, claim in found.items()} == {
        "M3": Verdict.INCONCLUSIVE,
        "M4": Verdict.INCONCLUSIVE,
        "M5": Verdict.HOLDS,  # a world left in peace at its very start is judged
    }


def test_a_trace_of_somebody_elses_scanner_is_not_taken_and_is_no_pass(folder: Path) -> None:
    (folder / "a.json").write_bytes(encode(Trace("mine", "outside prune", "M1", (Step("start", 0),))))
    assert taken()["M1"].verdict is Verdict.INCONCLUSIVE


def test_a_trace_of_somebodys_own_world_is_not_for_a_check(folder: Path) -> None:
    keep(folder, "M3-dominance.json")
    (folder / "own.json").write_bytes(encode(Trace("world:mine:world", "a memo", "never back", ())))
    findings = check(SHIPPED, ("traces",))
    assert findings.verdict() is Verdict.BROKEN
    (detail,) = [run.detail for run in findings.runs if run.state == "broken"]
    assert "tests/traces/own.json: it is of world:mine:world, a world of somebody's own, and not for a check" in detail


@pytest.mark.parametrize("data", [b"", b"[" * 9_000, encode(Trace(SHIPPED, "prune", "M99", ()))])
def test_what_is_no_trace_breaks_the_engine_after_the_others_were_taken(folder: Path, data: bytes) -> None:
    keep(folder, "M3-dominance.json")
    (folder / "A.json").write_bytes(data)
    taking = COMMITTED.run(SHIPPED, lambda _line: None)
    assert next(taking).law == "M3"
    with pytest.raises(BadTraceError, match=r"tests/traces/A\.json: (not a trace file|there is no law)"):
        next(taking)
    assert check(SHIPPED, ("traces",)).verdict() is Verdict.BROKEN


def test_the_claims_are_the_same_each_time_and_change_with_a_trace(folder: Path) -> None:
    keep(folder, "M3-dominance.json")
    once = taken()
    assert taken() == once
    keep(folder, "M3-split.json")
    assert dict(taken()["M3"].bounds)["sha256"] != dict(once["M3"].bounds)["sha256"]
