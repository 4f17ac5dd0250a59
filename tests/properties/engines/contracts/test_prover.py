"""Claims about how CrossHair is asked, and how its words are judged."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.contracts import prover
from strandline.properties.engines.contracts.condition import Condition
from strandline.properties.engines.contracts.prover import Outcome, check_outcome, diff_outcome, prove
from strandline.properties.systems.memo.contracts.engine import QUICK

if TYPE_CHECKING:
    from pathlib import Path

CONTRACTS = "strandline.properties.systems.memo.contracts.order"
CONFIRMED = "contracts.py:48: info: Confirmed over all paths.\n"
NOT_CONFIRMED = "contracts.py:48: info: Not confirmed.\n"
UNMET = "contracts.py:48: info: Unable to meet precondition.\n"
REFUTED = "contracts.py:48: error: false when calling pair(0, -1, 0, 0, 0, 0) (which returns False)\n"
NO_CONTRACT = "WARNING: Targets found, but contain no checkable functions.\n"
NONE_FOUND = "No differences found. (attempted 14 iterations)\n"
EXHAUSTED = "All paths exhausted, functions are likely the same!\n"
NOT_EXHAUSTED = "Consider increasing the --max_uninteresting_iterations option.\n"
DIFFERENCE = "Given: (a=0),\n  some.one : returns True\n  an.other : returns False\n"


def outcome(condition: Condition, budget: float = prover.BUDGET) -> Outcome:
    (proof,) = prove((condition,), budget)
    return proof.outcome


def test_a_package_of_the_same_name_in_the_working_directory_is_not_what_is_proved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "strandline").mkdir()
    (tmp_path / "strandline" / "__init__.py").write_text("raise SystemExit('not this one')", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert outcome(QUICK[0]).verdict is Verdict.HOLDS


def test_a_condition_whose_budget_ends_is_inconclusive() -> None:
    transitive = next(one for one in QUICK if one.targets[0].endswith(".impl_is_transitive"))
    agree = next(one for one in QUICK if one.command == "diffbehavior")
    assert outcome(transitive, 0.001) == (Verdict.INCONCLUSIVE, "Not confirmed.")
    assert outcome(agree, 0.001).verdict is Verdict.INCONCLUSIVE


def test_a_prover_that_is_stopped_at_its_time_limit_is_inconclusive_and_the_next_condition_gets_another_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prover, "WORKERS_MAX", 1)
    monkeypatch.setattr(prover, "WAIT", 0.001)
    stopped = list(prove(QUICK[:2]))
    assert [proof.outcome for proof in stopped] == [
        (Verdict.INCONCLUSIVE, "CrossHair was stopped at its time limit")
    ] * 2


def test_a_prover_that_does_not_start_is_broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-such-python"))
    assert outcome(QUICK[0]).verdict is Verdict.BROKEN


@pytest.mark.checkout
def test_a_prover_that_ends_without_an_answer_is_broken_and_says_what_it_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A package in front of CrossHair's own ends the process as soon as it is loaded.

    A wheel lies beside CrossHair, where nothing can be put in front of it.
    """
    (tmp_path / "crosshair.py").write_text(
        "import os, sys; sys.__stderr__.write('not today'); sys.__stderr__.flush(); os._exit(7)"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    found = outcome(QUICK[0])
    assert found.verdict is Verdict.BROKEN
    assert "exited with 7" in found.words
    assert "not today" in found.words


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Condition("M4", "no contract", "check", ("strandline.impl.memo.order.dominates",)), "no checkable functions"),
        (Condition("M4", "no such contract", "check", (f"{CONTRACTS}.missing",)), "missing"),
        (Condition("M4", "no such function", "diffbehavior", (f"{CONTRACTS}.missing",) * 2), "missing"),
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
    assert len(check_outcome(1, "", "x" * 10_000).words) == prover.WORDS_MAX
