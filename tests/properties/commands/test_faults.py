"""The command ``faults``: the matrix for people and for programs, exit codes, and one line for a wrong argument."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from strandline.properties.systems.memo.faults import injectors, matrix
from strandline.properties.systems.memo.faults.fault import EXACT, MISSING, Fault
from tests.properties.commands.calls import one_line, run

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.properties.systems.memo.faults.bench import Bench


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def made(monkeypatch: pytest.MonkeyPatch, *faults: Fault) -> None:
    monkeypatch.setattr(matrix, "FAULTS", faults)
    monkeypatch.setattr("strandline.properties.systems.memo.faults.report.FAULTS", faults)


def sees(outcome: str, *wrong: str) -> Fault:
    """A fault under which the scanner does this, and exact is right."""

    def look(bench: Bench) -> None:
        bench.seen.outcomes[outcome] += 2
        bench.seen.wrong.extend(wrong)

    return Fault("F-X0", f"makes it {outcome}", "data", look, (EXACT,))


def test_a_fault_is_a_line_with_what_the_scanner_did_and_how_that_was_judged() -> None:
    result = run("faults", "--only", "F-S1")
    assert result.exit_code == 0, result.output
    head, missing, dangling, _, sums, verdict, evidence = result.stdout.splitlines()
    assert head.split() == ["judged", "fault", "injector", "the", "scanner"]
    assert missing.split() == ["right", "F-S1", "missing", "files", "2", MISSING]
    assert dangling.split() == ["right", "F-S1", "dangling", "link", "files", "2", MISSING]
    assert sums == "2 faults, 4 outcomes: 2 right"
    assert (verdict, evidence) == ("faults: holds", "evidence: .strandline/runs/0001-faults/faults.json")


def test_the_document_has_the_injectors_each_fault_and_what_was_left_out(tmp_path: Path) -> None:
    result = run("faults", "--only", "F-S1", "--format", "json")
    told = json.loads(result.stdout)
    assert told == json.loads((tmp_path / ".strandline" / "faults.json").read_bytes())
    assert (told["format"], told["version"], told["verdict"]) == ("strandline faults", 1, "holds")
    assert set(told["injectors"]) == set(injectors.INJECTORS)
    assert [(one["id"], one["verdict"], one["outcomes"]) for one in told["faults"]] == [
        ("F-S1", "right", {MISSING: 2}),
        ("F-S1", "right", {MISSING: 2}),
    ]
    assert len(told["left_out"]) == len(matrix.FAULTS) - 2


def test_markdown_is_the_table_without_what_differs_from_run_to_run() -> None:
    assert run("faults", "--only", "F-S1", "--format", "markdown").stdout.splitlines() == [
        "| fault | injector | the scanner | judged |",
        "|---|---|---|---|",
        "| F-S1 missing | files | missing | right |",
        "| F-S1 dangling link | files | missing | right |",
    ]


@pytest.mark.parametrize(
    ("faults", "code", "says"),
    [
        ([sees(EXACT)], 0, "faults: holds"),
        ([sees(EXACT), sees("busy")], 1, "wrong: F-X0 makes it busy: busy, 2 times"),
        ([sees(EXACT, "the memo moved")], 1, "wrong: F-X0 makes it exact: the memo moved"),
        ([sees(EXACT)._replace(must=("busy",))], 4, "broken: F-X0 makes it exact: never seen: busy"),
        ([sees(EXACT), sees(EXACT)._replace(injector="tongs")], 3, "no tongs: it is lent"),
        ([sees(EXACT)._replace(injector="tongs"), sees("busy")], 1, "faults: violated"),
    ],
)
def test_the_exit_code_is_that_of_the_worst_fault_and_a_missing_injector_is_no_pass(
    monkeypatch: pytest.MonkeyPatch, faults: list[Fault], code: int, says: str
) -> None:
    monkeypatch.setitem(injectors.INJECTORS, "tongs", lambda: "it is lent")
    made(monkeypatch, *faults)
    result = run("faults")
    assert result.exit_code == code, result.output
    assert says in result.stdout


def test_a_fault_whose_injector_is_missing_is_skipped_by_name_in_the_evidence_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(injectors.INJECTORS, "tongs", lambda: "it is lent")
    made(monkeypatch, sees(EXACT), sees(EXACT)._replace(injector="tongs"))
    assert run("faults").exit_code == 3
    told = json.loads((tmp_path / ".strandline" / "faults.json").read_bytes())
    assert (told["verdict"], told["injectors"]["tongs"]) == ("inconclusive", "it is lent")
    assert [(one["verdict"], one["why"]) for one in told["faults"]] == [
        ("right", []),
        ("skipped", ["no tongs: it is lent"]),
    ]


def test_an_interrupt_ends_it_with_what_was_struck_by_then(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupted(_: Bench) -> None:
        raise KeyboardInterrupt

    made(monkeypatch, sees(EXACT), sees(EXACT)._replace(name="is long", run=interrupted), sees("busy"))
    result = run("faults")
    assert result.exit_code == 3, result.output
    assert "faults: inconclusive, interrupted in F-X0 is long" in result.stdout
    told = json.loads((tmp_path / ".strandline" / "faults.json").read_bytes())
    assert (len(told["faults"]), told["ended"]) == (1, "interrupted in F-X0 is long")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--only", "F-S99"], "there is no fault or injector named 'F-S99'"),
        (["--only", "stracer"], "did you mean 'strace'"),
        (["--storm", "soon"], "soon"),
        (["--storm", "1s", "--whole"], "--storm goes with neither --only nor --whole"),
        (["--storm", "0"], "--storm must last for some time"),
        (["--seed", "-1"], "-1"),
        (["--format", "xml"], "xml"),
        (["here"], "here"),
    ],
)
def test_a_wrong_argument_is_one_line(arguments: list[str], says: str) -> None:
    one_line(run("faults", *arguments), 2, says)
