"""Claims about what is proved: every law of order, the rest of the pure functions, and that each contract can fail."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from strandline.impl.memo import order as impl
from strandline.model.memo import order as model
from strandline.properties.cli import main
from strandline.properties.commands import prove as cli
from strandline.properties.core.verdict import Claim, Verdict
from strandline.properties.engines.contracts.condition import Condition, conditions, refutations
from strandline.properties.engines.contracts.prover import REFUTING, Outcome, Proof, prove
from strandline.properties.systems.memo.contracts import engine, order
from strandline.properties.systems.memo.contracts.engine import CONDITIONS, CONTRACTS, QUICK, REFUTED, claims
from strandline.properties.systems.memo.contracts.order import LAWFUL
from strandline.properties.systems.memo.contracts.twice import TWICE
from strandline.properties.systems.memo.contracts.wrong_orders import either, per_lineage

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_LEAST = 20
"""How many conditions there have to be."""


def verdicts(proofs: list[Proof]) -> dict[str, Verdict]:
    return {proof.condition.says: proof.outcome.verdict for proof in proofs}


def every(asked: tuple[Condition, ...], verdict: Verdict) -> dict[str, Verdict]:
    return {condition.says: verdict for condition in asked}


@pytest.mark.search
def test_every_condition_is_confirmed_of_the_shipped_texts() -> None:
    assert len(CONDITIONS) >= AT_LEAST
    proofs = list(prove(CONDITIONS))
    assert verdicts(proofs) == every(CONDITIONS, Verdict.HOLDS)
    assert [proof.condition for proof in proofs] == list(CONDITIONS)


@pytest.mark.search
def test_every_wrong_text_is_refuted() -> None:
    proofs = list(prove(REFUTED, REFUTING))
    assert verdicts(proofs) == every(REFUTED, Verdict.VIOLATED)
    assert all(proof.outcome.words for proof in proofs)


@pytest.mark.parametrize("module", CONTRACTS)
def test_each_contract_has_a_wrong_text_of_its_own_and_nothing_stands_there_unasked(module: str) -> None:
    asked = (*conditions(module, CONTRACTS[module]), *refutations(module, CONTRACTS[module]))
    there = {name for name in vars(sys.modules[module]) if re.match(r"(model|impl|wrong)_", name)}
    assert {one.targets[0] for one in asked} == {f"{module}.{name}" for name in there - {"impl_memo"}}


def test_every_law_of_order_is_asked_of_both_sides_and_quickly() -> None:
    laws = {"reflexive", "antisymmetric", "transitive"}
    targets = {condition.targets[0] for condition in QUICK if condition.law == "M4" and condition.command == "check"}
    assert targets == {f"{order.__name__}.{side}_is_{law}" for side in ("model", "impl") for law in laws}


def test_the_names_of_all_conditions_differ() -> None:
    says = [condition.says for condition in (*CONDITIONS, *REFUTED)]
    assert len(says) == len(set(says))


@pytest.mark.parametrize("pair", TWICE, ids=lambda pair: pair.model)
def test_what_is_written_twice_stands_in_both_texts_and_is_compared_or_says_what_compares_it(pair: object) -> None:
    assert isinstance(pair, tuple)
    for side, name in zip(("model", "impl"), pair[:2], strict=True):
        module, *rest = name.split(".")
        found = importlib.import_module(f"strandline.{side}.memo.{module}")
        for part in rest:
            found = getattr(found, part) if hasattr(found, part) else getattr(found.Connection, part)
    assert (pair[2] is None) == bool(pair[3])


def test_an_order_that_compares_coverage_within_one_lineage_only_is_not_transitive() -> None:
    wide, other, narrow = (1, 0, 7, 3), (2, 0, 8, 4), (1, 0, 9, 5)
    assert per_lineage(*narrow, *other)
    assert per_lineage(*other, *wide)
    assert not per_lineage(*narrow, *wide)


def test_an_order_that_prefers_the_narrower_memo_obeys_every_law_and_only_the_comparison_tells() -> None:
    assert verdicts(list(prove(LAWFUL))) == every(LAWFUL, Verdict.HOLDS)
    told = tuple(one for one in REFUTED if one.targets[-1].endswith(".narrower"))
    assert verdicts(list(prove(told, REFUTING))) == every(told, Verdict.VIOLATED)
    assert told


def test_a_counterexample_names_memos_that_break_the_law() -> None:
    (wrong,) = (one for one in REFUTED if one.targets[0].endswith(".either_is_antisymmetric"))
    (proof,) = prove((wrong,))
    ranks = [int(number) for number in re.findall(r"-?\d+", proof.outcome.words)]
    one, other = ranks[:3], ranks[3:6]
    assert one != other
    assert either(*one, *other)
    assert either(*other, *one)


def test_both_orders_take_the_same_ints_so_that_comparing_them_leaves_nothing_out() -> None:
    taken = inspect.signature(model.dominates, eval_str=True)
    assert inspect.signature(impl.dominates, eval_str=True) == taken
    assert {parameter.annotation for parameter in taken.parameters.values()} == {int}


def test_the_claims_are_of_the_quick_conditions_and_the_times_are_in_the_report() -> None:
    lines: list[str] = []
    first = list(claims("shipped", lines.append))
    assert first == [
        Claim(
            law=condition.law,
            engine="prove",
            verdict=Verdict.HOLDS,
            says=condition.says,
            bounds=(("ints", condition.bounds), ("subject", "the sources as shipped")),
        )
        for condition in QUICK
    ]
    assert all(
        re.fullmatch(re.escape(condition.says) + r": holds in \d+\.\d\d s", line)
        for condition, line in zip(QUICK, lines, strict=True)
    )


def test_a_refuted_condition_is_claimed_with_its_counterexample(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = next(one for one in REFUTED if one.targets[-1].endswith(".either_is_antisymmetric"))
    monkeypatch.setattr(engine, "QUICK", (wrong,))
    (claim,) = claims("shipped", lambda _line: None)
    assert claim.verdict is Verdict.VIOLATED
    assert claim.says.startswith(f"{wrong.says}: false when calling ")


def test_of_a_mutant_nothing_is_claimed_since_the_prover_reads_the_shipped_sources() -> None:
    assert list(claims("some mutant", lambda _line: None)) == []


@pytest.mark.parametrize(
    ("found", "wrong", "code"),
    [
        (Verdict.HOLDS, False, 0),
        (Verdict.VIOLATED, False, 1),
        (Verdict.INCONCLUSIVE, False, 3),
        (Verdict.BROKEN, False, 4),
        (Verdict.VIOLATED, True, 0),
        (Verdict.INCONCLUSIVE, True, 3),
        (Verdict.HOLDS, True, 4),
    ],
)
def test_the_exit_code_is_that_of_the_worst_and_a_wrong_text_has_to_be_refuted(
    monkeypatch: pytest.MonkeyPatch, *, found: Verdict, wrong: bool, code: int
) -> None:
    def proofs(asked: tuple[Condition, ...], _budget: float) -> Iterator[Proof]:
        refuting = asked is REFUTED
        right = Verdict.VIOLATED if refuting else Verdict.HOLDS
        for place, one in enumerate(asked):
            verdict = found if place == 0 and wrong == refuting else right
            yield Proof(one, Outcome(verdict, "its words"), 0.25)

    monkeypatch.setattr(cli, "prove", proofs)
    ended = CliRunner().invoke(main, ["prove", "--full"])
    assert ended.exit_code == code, ended.output
