"""Evidence is verified by running its claims again, and by nothing less."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.commands import verify as verifying
from strandline.properties.core.findings import Findings, Run
from strandline.properties.engines.replay import committed
from strandline.properties.evidence.document import Evidence
from strandline.properties.evidence.verify import DIFFERENCES_MAX, Verified, differing, verify
from strandline.properties.systems.memo import drawing
from strandline.properties.systems.memo.spec.laws import LAWS
from tests.properties.evidence.evidences import MUTANTS, biting, bitten, findings, holding, plain, violated, written

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from click.testing import Result


class Judge:
    """Runs engines as ``check`` would until one is interrupted, and notes which."""

    def __init__(self, *, violated: bool = False, interrupted: str | None = None) -> None:
        self.all = findings(violated=violated)
        self.interrupted = interrupted
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, engines: Collection[str], *_say: object) -> Findings:
        self.asked.append(tuple(engines))
        runs = tuple(
            run if run.engine in engines else run._replace(state="skipped", detail="not selected")
            for run in self.all.runs
        )
        if self.interrupted is not None:
            runs = ended([run.engine for run in runs].index(self.interrupted), runs)
        ran = {run.engine for run in runs if run.state == "ran"}
        return Findings(self.all.subject, tuple(claim for claim in self.all.claims if claim.engine in ran), runs, LAWS)


def ended(place: int, runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """Let Ctrl-C end the run of some engines at one of them."""
    later = (run._replace(state="skipped", detail="interrupted before it began") for run in runs[place + 1 :])
    return (*runs[:place], runs[place]._replace(state="interrupted", detail="interrupted before its end"), *later)


def changed(change: Callable[[Any], object], found: Evidence) -> Evidence:
    document = plain(found)
    change(document)
    return msgspec.convert(document, Evidence)


def verified(found: Evidence, judge: Judge | None = None, *chosen: str) -> Verified:
    judged = judge or Judge(violated=found.claims.verdict == "violated")
    return verify(found, judged, drawing.exhibited, absent=committed.absent(), chosen=chosen)


@pytest.mark.parametrize("found", [holding(), violated()], ids=["holds", "violated"])
def test_claims_that_come_out_byte_for_byte_the_same_are_verified(found: Evidence) -> None:
    outcome = verified(found)
    assert outcome == Verified(again=("prove", "exhaust impl", "fuzz"))
    assert outcome.exit_code == 0


def test_when_and_on_what_a_run_was_made_is_no_claim() -> None:
    found = changed(lambda d: d["run"].update(seconds=9.5, python="PyPy 1", tools={}), holding())
    assert verified(found).exit_code == 0


@pytest.mark.parametrize(
    ("change", "where", "there", "here"),
    [
        (
            lambda d: d["claims"]["laws"][0]["claims"][0]["counts"].update(states=1201),
            "laws/M1/claims/exhaust impl/counts/states",
            "1201",
            "1200",
        ),
        (
            lambda d: d["claims"]["laws"][1].update(verdict="inconclusive"),
            "laws/M2/verdict",
            "inconclusive",
            "holds",
        ),
        (
            lambda d: d["claims"]["laws"][1].update(statement="Whatever."),
            "laws/M2/statement",
            "Whatever.",
            "A read that fails is unavailable: no answer, nothing stored.",
        ),
        (lambda d: d["claims"]["machines"][0]["rules"].update(drop=4), "machines/fuzz/rules/drop", "4", "3"),
        (lambda d: d["claims"]["does_not_show"].pop(0), "does_not_show/5", "nothing", None),
        (lambda d: d["claims"]["laws"][0]["claims"].pop(), "laws/M1/claims/fuzz", "nothing", None),
    ],
)
def test_each_difference_is_named_down_to_its_value(
    change: Callable[[Any], object], where: str, there: str, here: str | None
) -> None:
    outcome = verified(changed(change, holding()))
    assert outcome.exit_code == 1
    found = {one.where: one for one in outcome.differences}
    assert where in found
    assert found[where].there == there
    assert here is None or found[where].here == here


def test_a_trace_that_is_shown_otherwise_than_it_happens_differs() -> None:
    name = "M3-no-second-look.json"
    found = changed(lambda d: d["claims"]["shown"][name]["steps"][9].update(title="rests"), violated())
    assert [(one.where, one.here) for one in verified(found).differences] == [
        (f"shown/{name}/steps/9/title", "swap the memo")
    ]


def test_other_sources_are_named_and_nothing_is_run() -> None:
    found = changed(lambda d: d["claims"]["sources"].update({"strandline.impl": "0" * 64}), holding())
    judge = Judge()
    outcome = verified(found, judge)
    assert (outcome.moved, outcome.exit_code) == (("strandline.impl",), 3)
    assert judge.asked == []


def test_an_engine_that_was_interrupted_cannot_be_repeated_and_the_rest_is_compared() -> None:
    def interrupted(document: Any) -> None:  # noqa: ANN401 - any JSON
        document["claims"]["engines"][2]["state"] = "interrupted"
        document["claims"]["verdict"] = "inconclusive"

    judge = Judge()
    outcome = verified(changed(interrupted, holding()), judge)
    assert judge.asked == [("prove", "exhaust impl")]
    assert (len(outcome.unrepeated), outcome.differences, outcome.exit_code) == (1, (), 3)


def test_to_run_a_part_again_is_no_verification_of_the_whole_and_finds_its_differences() -> None:
    assert verified(holding(), None, "prove").exit_code == 3
    wrong = changed(lambda d: d["claims"]["laws"][3]["claims"][0]["counts"].update(paths=1), holding())
    outcome = verified(wrong, None, "prove")
    assert [one.where for one in outcome.differences] == ["laws/M4/claims/prove/counts/paths"]


def test_mutants_that_are_not_tried_again_are_not_verified() -> None:
    found = changed(lambda d: d["claims"].update(mutants=plain(MUTANTS)), holding())
    outcome = verified(found)
    assert outcome.exit_code in {1, 3}
    assert any("mutants" in line for line in outcome.unrepeated)


def test_mutants_are_compared_where_the_engine_that_tried_them_is_run_again() -> None:
    def better(document: Any) -> None:  # noqa: ANN401 - any JSON
        document["claims"]["mutants"][1]["bites"][0]["caught"] = True

    judge = Judge()
    judge.all = biting()
    assert verified(bitten(), judge).exit_code == 0
    outcome = verified(changed(better, bitten()), judge, "teeth")
    assert [one.where for one in outcome.differences] == ["mutants/slow/bites/0/caught"]


def test_traces_that_are_not_here_are_not_verified_which_is_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replayed(document: Any) -> None:  # noqa: ANN401 - any JSON
        document["claims"]["engines"].insert(0, {"engine": "traces", "says": "", "state": "ran", "detail": ""})

    monkeypatch.chdir(tmp_path)
    outcome = verified(changed(replayed, holding()))
    assert (outcome.unrepeated, outcome.differences) == (("traces: there are none in tests/traces here",), ())
    assert outcome.exit_code == 3


def test_the_order_of_what_is_claimed_is_compared_too() -> None:
    assert [one.where for one in differing({"a": 1, "b": 2}, {"b": 2, "a": 1}, "laws")] == ["laws"]


def test_of_a_document_that_differs_everywhere_not_everything_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("strandline.properties.evidence.verify.DIFFERENCES_MAX", 3)
    outcome = verified(changed(lambda d: [law.update(why="none") for law in d["claims"]["laws"]], holding()))
    assert [one.where for one in outcome.differences][3:] == ["and more"]
    assert DIFFERENCES_MAX > 3


@pytest.mark.parametrize("place", range(3))
def test_an_interrupted_run_is_compared_as_far_as_it_went_and_differs_from_nothing(place: int) -> None:
    engines = ("prove", "exhaust impl", "fuzz")
    outcome = verified(holding(), Judge(interrupted=engines[place]))
    assert (outcome.exit_code, outcome.differences, outcome.again) == (3, (), engines[:place])
    assert [line.partition(":")[0] for line in outcome.unrepeated] == list(engines[place:])
    assert outcome.unrepeated[0] == f"{engines[place]}: interrupted before its end"


def test_what_differs_in_what_ran_before_an_interruption_differs() -> None:
    worse = changed(lambda d: d["claims"]["laws"][3]["claims"][0].update(says="x"), holding())
    assert worse.claims.laws[3].claims[0].engine == "prove"
    assert verified(worse, Judge(interrupted="fuzz")).exit_code == 1
    assert verified(worse, Judge(interrupted="prove")).exit_code == 3


# The command


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Judge:
    judge = Judge()
    monkeypatch.setattr(
        verifying,
        "check",
        lambda _subject, *rest, **asked: pytest.fail("whole") if any(asked.values()) else judge(*rest),
    )
    return judge


def run(tmp_path: Path, found: object, *options: str) -> Result:
    return CliRunner().invoke(main, ["verify", str(written(tmp_path / "evidence.json", found)), *options])


def test_the_command_says_that_all_is_the_same(tmp_path: Path, judge: Judge) -> None:
    result = run(tmp_path, holding())
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "run again: prove, exhaust impl, fuzz",
        "verified: every claim is byte for byte the same",
    ]
    assert judge.asked == [("prove", "exhaust impl", "fuzz")]


def test_the_command_names_each_difference_and_what_else_was_not_the_same(tmp_path: Path, judge: Judge) -> None:
    def change(document: Any) -> None:  # noqa: ANN401 - any JSON
        document["claims"]["laws"][0]["claims"][0]["counts"].update(states=12)
        document["run"]["tools"]["hypothesis"] = "6.0"

    found = changed(change, holding())
    result = run(tmp_path, found)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "laws/M1/claims/exhaust impl/counts/states: 12 in the evidence, 1200 here"
    assert lines[2].startswith("hypothesis was 6.0, and is ")
    assert lines[-1] == "differs: the evidence does not say what this run found"
    document = json.loads(run(tmp_path, found, "--format", "json").stdout)
    assert (document["verdict"], len(document["differences"]), len(judge.asked)) == ("differs", 1, 2)


def test_the_command_names_the_sources_that_differ(tmp_path: Path, judge: Judge) -> None:
    found = changed(lambda d: d["claims"]["sources"].update({"strandline.model": "0" * 64}), holding())
    result = run(tmp_path, found)
    assert result.exit_code == 3
    assert "  strandline.model differs" in result.stdout.splitlines()
    assert judge.asked == []


@pytest.mark.parametrize(
    ("subject", "says"),
    [("somebody's", "name it with --subject"), ("../../x", "name it with"), ("specimen D9", "name it with")],
)
def test_a_subject_that_is_not_here_is_to_be_named_again(tmp_path: Path, subject: str, says: str) -> None:
    result = run(tmp_path, changed(lambda d: d["claims"].update(subject=subject), holding()))
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert says in result.stderr


@pytest.mark.parametrize("name", ["check", "drawing"])
def test_ctrl_c_at_any_time_leaves_the_evidence_unverified_and_not_false(
    tmp_path: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def interrupted(*_arguments: object, **_named: object) -> None:
        raise KeyboardInterrupt

    if name == "check":
        judge.interrupted = "prove"
    else:
        monkeypatch.setattr(drawing, "exhibited", interrupted)
    result = run(tmp_path, holding())
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (3, "inconclusive: nothing was compared")
    assert "interrupted before" in result.stdout


@pytest.mark.search
def test_a_check_of_the_shipped_order_is_verified_by_a_run_of_its_own(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    assert CliRunner().invoke(main, ["check", "--engine", "prove", "--out", out]).exit_code == 3
    result = CliRunner().invoke(main, ["verify", f"{out}/evidence.json"])
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (
        0,
        "verified: every claim is byte for byte the same",
    )
