from __future__ import annotations

import inspect
import re
import sys
from typing import TYPE_CHECKING

import pytest

from strandline.impl import order as impl
from strandline.model import order as model
from strandline.properties import prove as engine
from strandline.properties.contracts import Condition
from strandline.properties.prove import check_outcome, claims, conditions, diff_outcome, prove, wrong_conditions
from strandline.properties.verdict import Claim, Verdict
from strandline.properties.wrong_orders import LAWFUL, either, per_lineage

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.properties.prove import Outcome, Proof

CONTRACTS = "strandline.properties.contracts"
CONFIRMED = "contracts.py:48: info: Confirmed over all paths.\n"
NOT_CONFIRMED = "contracts.py:48: info: Not confirmed.\n"
UNMET = "contracts.py:48: info: Unable to meet precondition.\n"
REFUTED = "contracts.py:48: error: false when calling pair(0, -1, 0, 0, 0, 0) (which returns False)\n"
NO_CONTRACT = "WARNING: Targets found, but contain no checkable functions.\n"
NONE_FOUND = "No differences found. (attempted 14 iterations)\n"
EXHAUSTED = "All paths exhausted, functions are likely the same!\n"
NOT_EXHAUSTED = "Consider increasing the --max_uninteresting_iterations option.\n"
DIFFERENCE = "Given: (a=0),\n  some.one : returns True\n  an.other : returns False\n"


def verdicts(proofs: list[Proof]) -> dict[str, Verdict]:
    return {proof.condition.says: proof.outcome.verdict for proof in proofs}


def outcome(condition: Condition) -> Outcome:
    (proof,) = prove((condition,))
    return proof.outcome


@pytest.fixture(scope="module")
def refutations() -> dict[str, str]:
    """Return the words of each refutation by the last part of the last target's name."""
    proofs = list(prove(wrong_conditions()))
    assert verdicts(proofs) == {condition.says: Verdict.VIOLATED for condition in wrong_conditions()}
    return {proof.condition.targets[-1].rpartition(".")[2]: proof.outcome.words for proof in proofs}


def test_every_law_of_order_is_confirmed_for_the_model_and_for_the_implementation() -> None:
    laws = {"reflexive", "antisymmetric", "transitive"}
    targets = {target for condition in conditions() for target in condition.targets}
    assert targets == {
        *(f"{CONTRACTS}.{side}_is_{law}" for side in ("model", "impl") for law in laws),
        *("strandline.model.order.dominates", "strandline.impl.order.dominates"),
    }
    proofs = list(prove(conditions()))
    assert verdicts(proofs) == {condition.says: Verdict.HOLDS for condition in conditions()}
    assert [proof.condition for proof in proofs] == list(conditions())


def test_every_wrong_order_is_refuted(refutations: dict[str, str]) -> None:
    assert len(refutations) == len(wrong_conditions())
    assert all(refutations.values())


@pytest.mark.parametrize("law", ["reflexive", "antisymmetric", "transitive"])
def test_each_law_is_broken_by_a_wrong_order(law: str, refutations: dict[str, str]) -> None:
    assert any(name.endswith(f"_is_{law}") for name in refutations)


def test_a_counterexample_names_memos_that_break_the_law(refutations: dict[str, str]) -> None:
    ranks = [int(number) for number in re.findall(r"-?\d+", refutations["either_is_antisymmetric"])]
    one, other = ranks[:3], ranks[3:]
    assert one != other
    assert either(*one, *other)
    assert either(*other, *one)


def test_a_difference_names_what_each_order_says(refutations: dict[str, str]) -> None:
    words = refutations["blind_to_epoch"]
    assert "strandline.model.order.dominates : returns " in words
    assert "strandline.properties.wrong_orders.blind_to_epoch : returns " in words


def test_an_order_that_compares_coverage_within_one_lineage_only_is_not_transitive() -> None:
    wide, other, narrow = (1, 0, 7, 3), (2, 0, 8, 4), (1, 0, 9, 5)
    assert per_lineage(*narrow, *other)
    assert per_lineage(*other, *wide)
    assert not per_lineage(*narrow, *wide)


def test_an_order_that_prefers_the_narrower_memo_obeys_every_law_and_only_the_comparison_tells(
    refutations: dict[str, str],
) -> None:
    assert verdicts(list(prove(LAWFUL))) == {condition.says: Verdict.HOLDS for condition in LAWFUL}
    assert "narrower" in refutations


def test_both_orders_take_the_same_ints_so_that_comparing_them_leaves_nothing_out() -> None:
    taken = inspect.signature(model.dominates, eval_str=True)
    assert inspect.signature(impl.dominates, eval_str=True) == taken
    assert {parameter.annotation for parameter in taken.parameters.values()} == {int}


def test_the_claims_are_the_same_in_every_run_and_the_times_are_in_the_report() -> None:
    lines: list[str] = []
    first = list(claims("shipped", lines.append))
    assert first == list(claims("shipped", lambda _line: None))
    assert first == [
        Claim(
            law="M4",
            engine="prove",
            verdict=Verdict.HOLDS,
            says=condition.says,
            bounds=(("ints", "all"), ("subject", "the sources as shipped")),
        )
        for condition in conditions()
    ]
    assert all(
        re.fullmatch(re.escape(condition.says) + r": holds in \d+\.\d\d s", line)
        for condition, line in zip(conditions(), lines, strict=True)
    )


def test_a_refuted_condition_is_claimed_with_its_counterexample(
    monkeypatch: pytest.MonkeyPatch, refutations: dict[str, str]
) -> None:
    wrong = next(c for c in wrong_conditions() if c.targets[-1].endswith(".either_is_antisymmetric"))
    monkeypatch.setattr(engine, "conditions", lambda: (wrong,))
    (claim,) = claims("shipped", lambda _line: None)
    assert claim.verdict is Verdict.VIOLATED
    assert claim.says == f"{wrong.says}: {refutations['either_is_antisymmetric']}"


def test_of_a_mutant_nothing_is_claimed_since_the_prover_reads_the_shipped_sources() -> None:
    assert list(claims("some mutant", lambda _line: None)) == []


def test_a_package_of_the_same_name_in_the_working_directory_is_not_what_is_proved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "strandline").mkdir()
    (tmp_path / "strandline" / "__init__.py").write_text("raise SystemExit('not this one')", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert outcome(conditions()[0]).verdict is Verdict.HOLDS


def test_a_condition_whose_budget_ends_is_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUDGET", 0.001)
    transitive, agree = conditions()[5:]
    assert outcome(transitive) == (Verdict.INCONCLUSIVE, "Not confirmed.")
    assert outcome(agree).verdict is Verdict.INCONCLUSIVE


def test_a_prover_that_is_stopped_at_its_time_limit_is_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "WAIT", 0.001)
    assert outcome(conditions()[0]) == (Verdict.INCONCLUSIVE, "CrossHair was stopped at its time limit")


def test_a_prover_that_does_not_start_is_broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-such-python"))
    assert outcome(conditions()[0]).verdict is Verdict.BROKEN


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Condition("no contract", "check", ("strandline.impl.order.dominates",)), "no checkable functions"),
        (Condition("no such contract", "check", (f"{CONTRACTS}.missing",)), "missing"),
        (Condition("no such function", "diffbehavior", (f"{CONTRACTS}.missing",) * 2), "missing"),
    ],
    ids=lambda value: value.says if isinstance(value, Condition) else "",
)
def test_a_condition_that_names_no_contract_is_broken_and_says_why(condition: Condition, words: str) -> None:
    found = outcome(condition)
    assert found.verdict is Verdict.BROKEN
    assert words in found.words


@pytest.mark.parametrize(
    ("code", "out", "err", "verdict"),
    [
        pytest.param(0, CONFIRMED, "", Verdict.HOLDS, id="confirmed"),
        pytest.param(0, CONFIRMED, "SomeWarning: of the interpreter\n", Verdict.HOLDS, id="confirmed with a warning"),
        pytest.param(0, "C:\\a b\\" + CONFIRMED, "", Verdict.HOLDS, id="confirmed in a path with a colon"),
        pytest.param(0, NOT_CONFIRMED, "", Verdict.INCONCLUSIVE, id="not confirmed exits with 0"),
        pytest.param(0, UNMET, "", Verdict.INCONCLUSIVE, id="a precondition that nothing meets"),
        pytest.param(1, REFUTED, "", Verdict.VIOLATED, id="refuted"),
        pytest.param(
            1, "a.py:1: error: ZeroDivisionError:  when calling pair(0)\n", "", Verdict.VIOLATED, id="the order raises"
        ),
        pytest.param(
            1,
            "a.py:1: error: ValueError: two\nlines when calling pair(4)\n",
            "",
            Verdict.VIOLATED,
            id="the order raises in two lines",
        ),
        pytest.param(
            1,
            "a.py:1: error: Error while evaluating post condition: NameError: name 'x' when calling pair(0)\n",
            "",
            Verdict.BROKEN,
            id="the contract itself raises",
        ),
        pytest.param(
            1, "a.py:1: error: invalid syntax (<string>, line 1)\n", "", Verdict.BROKEN, id="a contract without sense"
        ),
        pytest.param(0, "", NO_CONTRACT, Verdict.BROKEN, id="no contract exits with 0"),
        pytest.param(0, "", "", Verdict.BROKEN, id="nothing said"),
        pytest.param(1, "", "Traceback ...\nNotFound: Name\n", Verdict.BROKEN, id="a crash exits with 1"),
        pytest.param(1, "", "python: No module named crosshair\n", Verdict.BROKEN, id="not installed"),
        pytest.param(2, "", "usage: crosshair\n", Verdict.BROKEN, id="wrong usage"),
        pytest.param(-9, "", "", Verdict.BROKEN, id="killed"),
        pytest.param(2, CONFIRMED, "", Verdict.BROKEN, id="confirmed with an exit code of failure"),
        pytest.param(1, CONFIRMED, "", Verdict.BROKEN, id="confirmed with an exit code of refutation"),
        pytest.param(0, REFUTED, "", Verdict.BROKEN, id="refuted with an exit code of success"),
        pytest.param(0, CONFIRMED + NOT_CONFIRMED, "", Verdict.BROKEN, id="two contracts where one was asked"),
        pytest.param(0, "garbage\n" + CONFIRMED, "", Verdict.BROKEN, id="garbage before"),
        pytest.param(0, CONFIRMED + "garbage\n", "", Verdict.BROKEN, id="garbage after"),
        pytest.param(0, CONFIRMED.replace(".\n", ", almost.\n"), "", Verdict.BROKEN, id="words unknown"),
        pytest.param(0, "Confirmed over all paths.\n", "", Verdict.BROKEN, id="no place"),
    ],
)
def test_the_words_of_check_decide_and_not_its_exit_code(code: int, out: str, err: str, verdict: Verdict) -> None:
    assert check_outcome(code, out, err).verdict is verdict


@pytest.mark.parametrize(
    ("code", "out", "err", "verdict"),
    [
        pytest.param(0, NONE_FOUND + EXHAUSTED, "", Verdict.HOLDS, id="exhausted"),
        pytest.param(0, NONE_FOUND + NOT_EXHAUSTED, "", Verdict.INCONCLUSIVE, id="not exhausted exits with 0"),
        pytest.param(
            0, NONE_FOUND.replace("14", "0") + NOT_EXHAUSTED, "", Verdict.INCONCLUSIVE, id="not a try within the budget"
        ),
        pytest.param(0, NOT_EXHAUSTED, "", Verdict.BROKEN, id="the other half, not exhausted"),
        pytest.param(0, NONE_FOUND + "Consider increasing it.\n", "", Verdict.BROKEN, id="advice unknown"),
        pytest.param(1, DIFFERENCE, "", Verdict.VIOLATED, id="a difference"),
        pytest.param(1, DIFFERENCE * 2, "", Verdict.VIOLATED, id="two differences"),
        pytest.param(0, NONE_FOUND.replace("14", "0") + EXHAUSTED, "", Verdict.BROKEN, id="exhausted without a try"),
        pytest.param(2, NONE_FOUND + EXHAUSTED, "not deterministic\n", Verdict.BROKEN, id="exhausted, and failed"),
        pytest.param(0, NONE_FOUND, "", Verdict.BROKEN, id="half of the words"),
        pytest.param(0, EXHAUSTED, "", Verdict.BROKEN, id="the other half"),
        pytest.param(0, NONE_FOUND + EXHAUSTED + "garbage\n", "", Verdict.BROKEN, id="garbage after"),
        pytest.param(0, DIFFERENCE, "", Verdict.BROKEN, id="a difference with an exit code of success"),
        pytest.param(1, "Given: (a=0),\n", "", Verdict.BROKEN, id="a difference cut short"),
        pytest.param(1, "", "Traceback ...\nNotFound: Name\n", Verdict.BROKEN, id="a crash exits with 1"),
        pytest.param(0, "", "", Verdict.BROKEN, id="nothing said"),
    ],
)
def test_the_words_of_diffbehavior_decide_and_not_its_exit_code(
    code: int, out: str, err: str, verdict: Verdict
) -> None:
    assert diff_outcome(code, out, err).verdict is verdict


def test_a_broken_prover_is_quoted_by_its_last_line_and_within_a_bound() -> None:
    assert check_outcome(1, "", "Traceback\nNotFound: x\n\n").words == "CrossHair exited with 1 and said: NotFound: x"
    assert check_outcome(0, "", "").words == "CrossHair exited with 0 and said: nothing"
    assert len(check_outcome(1, "", "x" * 10_000).words) == engine.WORDS_MAX
