"""Claims about the kill matrix: what it asks, what it lets pass, and what it must not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from strandline.impl.memo import refresh
from strandline.properties.cli import main
from strandline.properties.commands import teeth as cli
from strandline.properties.core.findings import MODEL_ENGINE
from strandline.properties.core.mutant import AGREE, EXHAUST, FUZZ, PROVE, SOAK, Outcome
from strandline.properties.core.system import SHIPPED
from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust.world import WorldError
from strandline.properties.engines.kill import claims as engine
from strandline.properties.engines.kill.lines import lines, markdown
from strandline.properties.engines.kill.matrix import (
    Job,
    Kill,
    Matrix,
    Wanted,
    faults,
    jobs,
    kill,
    killers,
    run,
    toothless,
    verdict,
)
from strandline.properties.engines.kill.search import by_tables
from strandline.properties.systems.memo.mutants.registry import KNOWN, QUICK
from strandline.properties.systems.memo.spec.laws import LAWS
from strandline.properties.systems.memo.specimens import EXHAUST_SPECIMEN
from strandline.properties.systems.memo.system import SYSTEM

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.properties.core.system import System

EQUIVALENT = "gap at the point"


def killed(name: str, engine: str, outcome: Any = "killed", seed: int = 0) -> Kill:  # noqa: ANN401 - a literal
    law = KNOWN[name].law if name in KNOWN else ""
    return Kill(name, engine, seed, outcome, law, 12, "states", 3, 0.5)


def all_killed(wanted: Wanted) -> Matrix:
    """Give the matrix of a run in which everything goes as it must."""
    good = {True: "killed", False: "survived"}
    return Matrix(
        SYSTEM,
        wanted,
        tuple(
            killed(job.name, job.engine, good[job.name != SHIPPED and not KNOWN[job.name].equivalent], job.seed)
            for job in jobs(SYSTEM, wanted)
        ),
    )


@pytest.mark.parametrize(
    ("name", "engine", "steps"),
    [
        ("unread", EXHAUST, 3),
        ("a drop that is not heard", MODEL_ENGINE, 8),
        ("D1", EXHAUST_SPECIMEN, None),
        ("unverified", AGREE, None),
    ],
)
def test_a_mutant_is_killed_by_the_law_that_it_names_and_it_is_said_what_it_took(
    name: str, engine: str, steps: int | None
) -> None:
    found = kill(SYSTEM, Job(name, engine, 0))
    assert (found.outcome, found.law) == ("killed", KNOWN[name].law)
    assert found.amount > 0
    assert steps is None or found.steps == steps


def test_the_engines_of_one_name_are_one_search() -> None:
    """What issues the passes of ``exhaust impl`` and ``exhaust model`` kills their mutants: the search by tables."""
    by = killers(SYSTEM).by
    assert by[EXHAUST] == by[MODEL_ENGINE] == f"{by_tables.__module__}:{by_tables.__name__}"


@pytest.mark.search
@pytest.mark.parametrize("engine", [FUZZ, SOAK])
def test_a_game_from_a_seed_kills_after_the_same_number_of_cases_each_time(engine: str) -> None:
    one, other = (kill(SYSTEM, Job("shared slot", engine, 9)) for _ in range(2))
    assert one.outcome == "killed"
    assert one._replace(seconds=0) == other._replace(seconds=0)


@pytest.mark.search
def test_hypothesis_plays_another_game_from_another_seed() -> None:
    one, other = (kill(SYSTEM, Job("shared slot", FUZZ, seed)) for seed in (8, 9))
    assert one.outcome == other.outcome == "killed"
    assert (one.amount, one.steps) != (other.amount, other.steps)


def test_a_mutant_of_another_kind_of_fault_is_not_killed_by_an_engine_that_does_not_look_there() -> None:
    assert kill(SYSTEM, Job("unverified", EXHAUST, 0)).outcome == "not asked"
    assert kill(SYSTEM, Job("never unchanged", AGREE, 0)).outcome == "not asked"


def test_an_engine_that_breaks_has_killed_nothing_and_says_why() -> None:
    broken = kill(SYSTEM, Job("unread", "no such engine", 0))
    assert broken.outcome == "broken"
    assert "no such engine" in broken.says


def test_a_mutant_whose_law_stays_unbroken_survives_the_search_of_its_whole_world() -> None:
    mutants = KNOWN | {"unread": replace(KNOWN["unread"], law="M8")}
    survived = kill(replace(SYSTEM, mutants=mutants), Job("unread", EXHAUST, 0))
    assert (survived.outcome, survived.amount) == ("survived", 75)


def test_a_mutant_that_a_search_refuses_is_not_killed_and_the_refusal_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_arguments: object) -> Outcome:
        raise WorldError("a step looks at what is put to rest")

    monkeypatch.setattr(refresh, "_read", refused)
    found = by_tables(SYSTEM, replace(KNOWN["unread"], name=SHIPPED), 0)
    assert (found.outcome, found.steps) == ("broken", None)
    assert "looks at what is put to rest" in found.says


def test_each_mutant_is_put_to_the_engine_that_must_kill_it_and_with_full_to_every_one() -> None:
    assert [job.engine for job in jobs(SYSTEM, Wanted(("torn",)))] == [EXHAUST]
    assert [job.engine for job in jobs(SYSTEM, Wanted(("torn",), whole=True))] == [EXHAUST, FUZZ, AGREE, SOAK]
    assert [job.engine for job in jobs(SYSTEM, Wanted(("torn",), engines=(FUZZ,), whole=True))] == [FUZZ]
    assert list(jobs(SYSTEM, Wanted(("torn",), engines=(FUZZ,)))) == []


def test_an_equivalent_mutant_is_asked_by_name_and_with_full_alone() -> None:
    assert EQUIVALENT not in {job.name for job in jobs(SYSTEM, Wanted())}
    assert EQUIVALENT in {job.name for job in jobs(SYSTEM, Wanted(whole=True))} & {
        job.name for job in jobs(SYSTEM, Wanted((EQUIVALENT,)))
    }


def test_chance_alone_is_asked_once_for_each_seed_and_the_shipped_scanner_plays_the_same_ones() -> None:
    asked = list(jobs(SYSTEM, Wanted(seeds=3)))
    assert [job.seed for job in asked if job.name == "shared slot"] == [0, 1, 2]
    assert [job.seed for job in asked if (job.name, job.engine) == (SHIPPED, FUZZ)] == [0, 1, 2]
    assert {job.seed for job in asked if job.engine != FUZZ} == {0}
    assert {job.name for job in asked} == {SHIPPED, *(name for name, known in KNOWN.items() if not known.equivalent)}


def test_a_run_in_which_every_mutant_is_killed_holds() -> None:
    matrix = all_killed(Wanted(seeds=2))
    assert faults(matrix) == []
    assert verdict(matrix) is Verdict.HOLDS


@pytest.mark.parametrize("outcome", ["survived", "not asked", "broken"])
def test_a_mutant_that_its_engine_lets_pass_in_one_seed_is_a_fault(outcome: Outcome) -> None:
    matrix = all_killed(Wanted(seeds=3))
    passed = tuple(
        one._replace(outcome=outcome) if (one.name, one.seed) == ("shared slot", 2) else one for one in matrix.kills
    )
    (fault,) = faults(matrix._replace(kills=passed))
    assert "'shared slot' is not killed by fuzz, seed 2" in fault
    assert verdict(matrix._replace(kills=passed)) is Verdict.VIOLATED


def test_an_engine_that_need_not_kill_a_mutant_may_let_it_pass() -> None:
    matrix = Matrix(SYSTEM, Wanted(("torn",), whole=True), (killed("torn", EXHAUST), killed("torn", AGREE, "survived")))
    assert verdict(matrix) is Verdict.HOLDS


@pytest.mark.parametrize("outcome", ["killed", "broken"])
def test_a_false_alarm_is_a_fault(outcome: Outcome) -> None:
    (fault,) = faults(Matrix(SYSTEM, Wanted((SHIPPED,)), (killed(SHIPPED, FUZZ, outcome, 4),)))
    assert "false alarm by fuzz, seed 4" in fault


def test_an_equivalent_mutant_that_is_killed_is_a_fault_and_one_that_is_not_is_none() -> None:
    wanted = Wanted((EQUIVALENT,))
    assert faults(Matrix(SYSTEM, wanted, (killed(EQUIVALENT, EXHAUST, "survived"),))) == []
    (fault,) = faults(Matrix(SYSTEM, wanted, (killed(EQUIVALENT, EXHAUST),)))
    assert "said to make no difference" in fault


def test_a_law_that_nothing_breaks_is_a_fault_and_an_equivalent_mutant_breaks_none() -> None:
    left = [known for known in KNOWN.values() if known.law != "M5"]
    assert toothless(LAWS, left) == ["no mutant breaks M5 converges"]
    alike = replace(KNOWN[EQUIVALENT], law="M5")
    assert toothless(LAWS, [*left, alike]) == ["no mutant breaks M5 converges"]


def test_a_run_that_was_cut_short_or_asked_nothing_that_must_be_killed_is_no_pass() -> None:
    cut = Matrix(SYSTEM, Wanted(("torn",)), (killed("torn", EXHAUST),), "interrupted")
    nothing = Matrix(SYSTEM, Wanted(("torn",), engines=(AGREE,), whole=True), (killed("torn", AGREE),))
    assert verdict(cut) is verdict(nothing) is verdict(Matrix(SYSTEM, Wanted(), ())) is Verdict.INCONCLUSIVE


def test_kinds_are_counted_apart_and_seeds_within_a_mutant() -> None:
    matrix = all_killed(Wanted(seeds=3))
    told = list(lines(matrix))
    count = sum(known.kind == "mutant of the scanner" and not known.equivalent for known in KNOWN.values())
    assert f"mutant of the scanner: {count} of {count} killed by the engine that must, in every seed" in told
    assert "specimen: 4 of 4 killed by the engine that must, in every seed" in told
    assert "the code as it is: 0 false alarms in 4 runs" in told
    assert any(line.startswith("shared slot") and "*3 of 3 seeds" in line for line in told)


def test_the_tables_for_the_docs_have_no_seconds() -> None:
    assert not any("0.5 s" in line for line in markdown(all_killed(Wanted())))


def test_the_run_puts_jobs_to_processes_and_proofs_to_the_prover() -> None:
    wrong = next(known.name for known in KNOWN.values() if known.engine == PROVE)
    seen: list[str] = []
    matrix = run(SYSTEM, Wanted(("unread", wrong)), lambda one: seen.append(one.name))
    assert [(one.name, one.outcome) for one in matrix.kills] == [("unread", "killed"), (wrong, "killed")]
    assert sorted(seen) == sorted(["unread", wrong])


@pytest.mark.parametrize(("outcome", "code"), [("killed", 0), ("survived", 1)])
def test_the_command_ends_with_the_verdict_and_writes_its_evidence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, outcome: str, code: int
) -> None:
    monkeypatch.setattr(
        cli, "run", lambda _system, wanted, _say: Matrix(SYSTEM, wanted, (killed("torn", EXHAUST, outcome),))
    )
    out = tmp_path / "teeth.json"
    ended = CliRunner().invoke(main, ["teeth", "--mutant", "torn", "--format", "json", "--out", str(out)])
    assert ended.exit_code == code, ended.output
    written = json.loads(out.read_bytes())
    assert written == json.loads(ended.stdout)
    assert written["kills"][0]["outcome"] == outcome
    assert written["mutants"] == [
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


def test_check_claims_of_each_law_that_its_mutants_were_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "run", lambda _system, wanted, _say: all_killed(wanted))
    claims = list(engine.claims(SYSTEM, SHIPPED, lambda _line: None))
    assert {claim.law for claim in claims} == {KNOWN[name].law for name in QUICK}
    assert {claim.verdict for claim in claims} == {Verdict.HOLDS}
    told = [one for claim in claims for one in claim.mutants]
    assert sorted(one.design for one in told) == sorted(QUICK)
    assert all(one.caught and one.engine == KNOWN[one.design].engine and one.counts for one in told)
    assert list(engine.claims(SYSTEM, "torn", lambda _line: None)) == []
    (claim,) = engine.claims(SYSTEM, SHIPPED, lambda _line: None, ("M7", "M4"))
    assert (claim.law, [one.design for one in claim.mutants]) == ("M7", ["two truths"])


def test_a_mutant_that_survives_makes_the_judge_broken_and_the_law_is_not_violated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missed(_system: System, wanted: Wanted, _say: object) -> Matrix:
        matrix = all_killed(wanted)
        return matrix._replace(
            kills=tuple(one._replace(outcome="survived") if one.name == "unread" else one for one in matrix.kills)
        )

    monkeypatch.setattr(engine, "run", missed)
    broken = {
        claim.law: claim.says
        for claim in engine.claims(SYSTEM, SHIPPED, lambda _: None)
        if claim.verdict is Verdict.BROKEN
    }
    assert broken == {"M1": "let pass unread"}
