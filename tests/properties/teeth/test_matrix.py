"""Claims about the matrix: what it asks, what it lets pass, and what it must not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.mutant import AGREE, EXHAUST, FUZZ
from strandline.properties.mutants import SHIPPED
from strandline.properties.specimens.engine import EXHAUST_SPECIMEN
from strandline.properties.teeth import cli, engine
from strandline.properties.teeth.bites import CASES, Bite, Job, Outcome, bite
from strandline.properties.teeth.flaws_of_model import MODEL
from strandline.properties.teeth.known import KNOWN, PROVE, QUICK
from strandline.properties.teeth.lines import lines, markdown
from strandline.properties.teeth.matrix import Matrix, Wanted, faults, jobs, run, toothless, verdict
from strandline.properties.verdict import Verdict

if TYPE_CHECKING:
    from pathlib import Path

EQUIVALENT = "gap at the point"


def bitten(name: str, engine: str, outcome: Any = "caught", seed: int = 0) -> Bite:  # noqa: ANN401 - a literal
    law = KNOWN[name].law if name in KNOWN else ""
    return Bite(name, engine, seed, outcome, law, 12, "states", 3, 0.5)


def all_caught(wanted: Wanted) -> Matrix:
    """Give the matrix of a run in which everything goes as it must."""
    good = {True: "caught", False: "not caught"}
    return Matrix(
        wanted,
        tuple(
            bitten(job.name, job.engine, good[job.name != SHIPPED and not KNOWN[job.name].equivalent], job.seed)
            for job in jobs(wanted)
        ),
    )


@pytest.mark.parametrize(
    ("name", "engine", "steps"),
    [
        ("unread", EXHAUST, 3),
        ("a drop that is not heard", MODEL, 8),
        ("D1", EXHAUST_SPECIMEN, None),
        ("unverified", AGREE, None),
    ],
)
def test_a_design_is_caught_by_the_law_that_it_names_and_the_bite_says_what_it_took(
    name: str, engine: str, steps: int | None
) -> None:
    found = bite(Job(name, engine, 0))
    assert (found.outcome, found.law) == ("caught", KNOWN[name].law)
    assert found.amount > 0
    assert steps is None or found.steps == steps


def test_a_game_from_a_seed_is_caught_after_the_same_number_of_cases_each_time() -> None:
    one, other = (bite(Job("shared slot", FUZZ, 7)) for _ in range(2))
    assert one.outcome == "caught"
    assert one._replace(seconds=0) == other._replace(seconds=0)
    assert one.amount <= CASES


def test_a_mutant_of_another_kind_of_fault_is_not_caught_by_an_engine_that_does_not_look_there() -> None:
    assert bite(Job("unverified", EXHAUST, 0)).outcome == "not asked"
    assert bite(Job("never unchanged", AGREE, 0)).outcome == "not asked"


def test_an_engine_that_breaks_has_caught_nothing_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KNOWN, "unread", replace(KNOWN["unread"], where="prune", law="no such law"))
    assert bite(Job("unread", EXHAUST, 0)).outcome == "not caught"
    broken = bite(Job("unread", "no such engine", 0))
    assert broken.outcome == "broken"
    assert "no such engine" in broken.says


def test_each_design_is_put_to_the_engine_that_must_catch_it_and_with_full_to_every_one() -> None:
    assert [job.engine for job in jobs(Wanted(("torn",)))] == [EXHAUST]
    assert [job.engine for job in jobs(Wanted(("torn",), whole=True))] == [EXHAUST, FUZZ, AGREE]
    assert [job.engine for job in jobs(Wanted(("torn",), engines=(FUZZ,), whole=True))] == [FUZZ]
    assert list(jobs(Wanted(("torn",), engines=(FUZZ,)))) == []


def test_an_equivalent_mutant_is_asked_by_name_and_with_full_alone() -> None:
    assert EQUIVALENT not in {job.name for job in jobs(Wanted())}
    assert EQUIVALENT in {job.name for job in jobs(Wanted(whole=True))} & {
        job.name for job in jobs(Wanted((EQUIVALENT,)))
    }


def test_chance_alone_is_asked_once_for_each_seed_and_the_shipped_scanner_plays_the_same_ones() -> None:
    asked = list(jobs(Wanted(seeds=3)))
    assert [job.seed for job in asked if job.name == "shared slot"] == [1, 2, 3]
    assert [job.seed for job in asked if (job.name, job.engine) == (SHIPPED, FUZZ)] == [1, 2, 3]
    assert {job.seed for job in asked if job.engine != FUZZ} == {0}
    assert {job.name for job in asked} == {SHIPPED, *(name for name, known in KNOWN.items() if not known.equivalent)}


def test_a_run_in_which_every_design_is_caught_holds() -> None:
    matrix = all_caught(Wanted(seeds=2))
    assert faults(matrix) == []
    assert verdict(matrix) is Verdict.HOLDS


@pytest.mark.parametrize("outcome", ["not caught", "not asked", "broken"])
def test_a_design_that_its_engine_lets_pass_in_one_seed_is_a_fault(outcome: Outcome) -> None:
    matrix = all_caught(Wanted(seeds=3))
    passed = tuple(
        one._replace(outcome=outcome) if (one.name, one.seed) == ("shared slot", 2) else one for one in matrix.bites
    )
    (fault,) = faults(matrix._replace(bites=passed))
    assert "'shared slot' is not caught by fuzz, seed 2" in fault
    assert verdict(matrix._replace(bites=passed)) is Verdict.VIOLATED


def test_an_engine_that_need_not_catch_a_design_may_let_it_pass() -> None:
    matrix = Matrix(Wanted(("torn",), whole=True), (bitten("torn", EXHAUST), bitten("torn", AGREE, "not caught")))
    assert verdict(matrix) is Verdict.HOLDS


@pytest.mark.parametrize("outcome", ["caught", "broken"])
def test_a_false_alarm_is_a_fault(outcome: Outcome) -> None:
    (fault,) = faults(Matrix(Wanted((SHIPPED,)), (bitten(SHIPPED, FUZZ, outcome, 4),)))
    assert "false alarm by fuzz, seed 4" in fault


def test_an_equivalent_mutant_that_is_caught_is_a_fault_and_one_that_is_not_is_none() -> None:
    wanted = Wanted((EQUIVALENT,))
    assert faults(Matrix(wanted, (bitten(EQUIVALENT, EXHAUST, "not caught"),))) == []
    (fault,) = faults(Matrix(wanted, (bitten(EQUIVALENT, EXHAUST),)))
    assert "said to make no difference" in fault


def test_a_law_that_nothing_breaks_is_a_fault_and_an_equivalent_mutant_breaks_none() -> None:
    left = [known for known in KNOWN.values() if known.law != "M5"]
    assert toothless(left) == ["no known-bad design breaks M5 converges"]
    alike = replace(KNOWN[EQUIVALENT], law="M5")
    assert toothless([*left, alike]) == ["no known-bad design breaks M5 converges"]


def test_a_run_that_was_cut_short_or_asked_nothing_that_must_be_caught_is_no_pass() -> None:
    cut = Matrix(Wanted(("torn",)), (bitten("torn", EXHAUST),), "interrupted")
    nothing = Matrix(Wanted(("torn",), engines=(AGREE,), whole=True), (bitten("torn", AGREE),))
    assert verdict(cut) is verdict(nothing) is verdict(Matrix(Wanted(), ())) is Verdict.INCONCLUSIVE


def test_kinds_are_counted_apart_and_seeds_within_a_design() -> None:
    matrix = all_caught(Wanted(seeds=3))
    told = list(lines(matrix))
    count = sum(known.kind == "mutant of the scanner" and not known.equivalent for known in KNOWN.values())
    assert f"mutant of the scanner: {count} of {count} caught by the engine that must, in every seed" in told
    assert "specimen: 4 of 4 caught by the engine that must, in every seed" in told
    assert "the scanner as it is: 0 false alarms in 4 runs" in told
    assert any(line.startswith("shared slot") and "*3 of 3 seeds" in line for line in told)


def test_the_tables_for_the_docs_have_no_seconds() -> None:
    assert not any("0.5 s" in line for line in markdown(all_caught(Wanted())))


def test_the_run_puts_jobs_to_processes_and_proofs_to_the_prover() -> None:
    wrong = next(known.name for known in KNOWN.values() if known.engine == PROVE)
    seen: list[str] = []
    matrix = run(Wanted(("unread", wrong)), lambda one: seen.append(one.name))
    assert [(one.name, one.outcome) for one in matrix.bites] == [("unread", "caught"), (wrong, "caught")]
    assert sorted(seen) == sorted(["unread", wrong])


@pytest.mark.parametrize(("outcome", "code"), [("caught", 0), ("not caught", 1)])
def test_the_command_ends_with_the_verdict_and_writes_its_evidence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, outcome: str, code: int
) -> None:
    monkeypatch.setattr(cli, "run", lambda wanted, _say: Matrix(wanted, (bitten("torn", EXHAUST, outcome),)))
    out = tmp_path / "teeth.json"
    ended = CliRunner().invoke(main, ["teeth", "--mutant", "torn", "--format", "json", "--out", str(out)])
    assert ended.exit_code == code, ended.output
    written = json.loads(out.read_bytes())
    assert written == json.loads(ended.stdout)
    assert written["bites"][0]["outcome"] == outcome
    assert written["known"] == [
        {
            "name": "torn",
            "kind": "mutant of the scanner",
            "hazard": "H04",
            "law": "M1",
            "engine": EXHAUST,
            "equivalent": "",
        }
    ]


@pytest.mark.parametrize("option", ["--mutant", "--engine"])
def test_a_name_that_nobody_knows_is_a_mistake_in_the_call(option: str) -> None:
    ended = CliRunner().invoke(main, ["teeth", option, "nobody"])
    assert ended.exit_code == 2
    assert "'nobody'" in ended.stderr


def test_check_claims_of_each_law_that_its_designs_were_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "run", lambda wanted, _say: all_caught(wanted))
    claims = list(engine.claims(SHIPPED, lambda _line: None))
    assert {claim.law for claim in claims} == {KNOWN[name].law for name in QUICK}
    assert {claim.verdict for claim in claims} == {Verdict.HOLDS}
    bitten = [one for claim in claims for one in claim.bitten]
    assert sorted(one.design for one in bitten) == sorted(QUICK)
    assert all(one.caught and one.engine == KNOWN[one.design].engine and one.counts for one in bitten)
    assert list(engine.claims("torn", lambda _line: None)) == []


def test_a_design_that_passes_makes_the_judge_broken_and_the_law_is_not_violated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missed(wanted: Wanted, _say: object) -> Matrix:
        matrix = all_caught(wanted)
        return matrix._replace(
            bites=tuple(one._replace(outcome="not caught") if one.name == "unread" else one for one in matrix.bites)
        )

    monkeypatch.setattr(engine, "run", missed)
    broken = {
        claim.law: claim.says for claim in engine.claims(SHIPPED, lambda _: None) if claim.verdict is Verdict.BROKEN
    }
    assert broken == {"M1": "let pass unread"}
