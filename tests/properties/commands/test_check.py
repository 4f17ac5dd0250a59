"""Running the engines, and what their claims come to."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from strandline.model.terms import Step
from strandline.properties.core.findings import Findings, Run, judge
from strandline.properties.core.verdict import EXIT_CODES, Claim, Engine, Trace, Verdict, worst
from strandline.properties.harness.interruption import came, heard
from strandline.properties.systems.memo import check as checking
from strandline.properties.systems.memo.check import check
from strandline.properties.systems.memo.spec.laws import LAWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.core.law import Law
    from strandline.properties.core.verdict import Report

HOLDS, VIOLATED, INCONCLUSIVE, BROKEN = Verdict.HOLDS, Verdict.VIOLATED, Verdict.INCONCLUSIVE, Verdict.BROKEN
NUMBERS = tuple(law.number for law in LAWS)


def law(number: str) -> Law:
    return next(law for law in LAWS if law.number == number)


def claim(number: str, verdict: Verdict = HOLDS, reached: int | None = 1, steps: int | None = None) -> Claim:
    trace = None if steps is None else Trace("x", "w", number, (Step("read"),) * steps)
    return Claim(number, "e", verdict, "says", reached=reached, trace=trace)


def engine(name: str, *claims: Claim, error: BaseException | None = None) -> Engine:
    def run(_subject: str, _report: Report) -> Iterator[Claim]:
        yield from claims
        if error is not None:
            raise error

    return Engine(name, f"does {name}", run)


@pytest.fixture
def with_engines(monkeypatch: pytest.MonkeyPatch) -> list[Engine]:
    engines: list[Engine] = []
    monkeypatch.setattr(checking, "engines", lambda **_options: engines)
    return engines


def all_hold() -> tuple[Claim, ...]:
    return tuple(claim(law.number, reached=1 if law.cover else None) for law in LAWS)


def test_all_laws_hold_if_each_has_a_claim_and_its_sometimes_was_seen(with_engines: list[Engine]) -> None:
    with_engines.append(engine("one", *all_hold()))
    findings = check("shipped")
    assert findings.verdict() is HOLDS
    assert [judgement.verdict for judgement in findings.judgements()] == [HOLDS] * len(LAWS)
    assert findings.traces() == ()


def test_a_law_without_a_claim_was_not_looked_at_and_is_no_pass(with_engines: list[Engine]) -> None:
    with_engines.append(engine("one", *all_hold()[1:]))
    findings = check("shipped")
    assert findings.verdict() is INCONCLUSIVE
    first = findings.judgements()[0]
    assert (first.verdict, first.says) == (INCONCLUSIVE, "not looked at")


def test_no_engine_at_all_is_no_pass(with_engines: list[Engine]) -> None:
    assert not with_engines
    assert check("shipped").verdict() is INCONCLUSIVE


@pytest.mark.parametrize("reached", [0, None])
def test_a_law_whose_sometimes_was_never_seen_is_inconclusive(reached: int | None) -> None:
    outcome = judge(law("M3"), (claim("M3", reached=reached), claim("M3", reached=0)))
    assert outcome.verdict is INCONCLUSIVE
    assert "late write-back gives way" in outcome.says


def test_one_engine_that_saw_the_sometimes_is_enough() -> None:
    assert judge(law("M3"), (claim("M3", reached=0), claim("M3", reached=7))).verdict is HOLDS


def test_a_proved_law_has_no_sometimes_to_see() -> None:
    assert judge(law("M4"), (claim("M4", reached=None),)).verdict is HOLDS


def test_the_worst_claim_about_a_law_counts() -> None:
    order = (VIOLATED, BROKEN, INCONCLUSIVE, HOLDS)
    for place, verdict in enumerate(order):
        assert worst([*order[place:], HOLDS]) is verdict
    assert worst([]) is INCONCLUSIVE


def test_a_violation_stays_found_when_another_engine_breaks(with_engines: list[Engine]) -> None:
    with_engines += [engine("one", claim("M3", VIOLATED, steps=2)), engine("two", error=ValueError("no\ngood"))]
    findings = check("shipped")
    assert findings.verdict() is VIOLATED
    assert findings.runs[1] == Run("two", "does two", "broken", "ValueError: no good")


def test_a_check_that_ends_with_the_first_broken_law_names_what_it_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    again = replace(engine("traces", claim("M1", VIOLATED, steps=2)), searches=False)
    search = engine("search", claim("M2"), claim("M3", VIOLATED, steps=2), claim("M5", VIOLATED, steps=2))
    engines = [again, search, engine("later", *all_hold())]
    monkeypatch.setattr(checking, "engines", lambda **_options: engines)
    findings = check("shipped", until_broken=True)
    assert [(run.state, run.detail) for run in findings.runs] == [
        ("ran", ""),  # what was found before is taken again, and does not spare the search
        ("ran", ""),
        ("skipped", "M3 was broken before it began"),
    ]
    assert (len(findings.claims), findings.verdict()) == (4, VIOLATED)
    # What verify asks for, the engines that ran, comes out the same.
    assert check("shipped", ("traces", "search"), until_broken=True) == findings
    assert [run.state for run in check("shipped").runs] == ["ran", "ran", "ran"]


def test_an_engine_that_breaks_makes_the_whole_broken_and_lets_the_others_run(with_engines: list[Engine]) -> None:
    with_engines += [engine("one", error=RuntimeError("x")), engine("two", *all_hold())]
    findings = check("shipped")
    assert findings.verdict() is BROKEN
    assert [run.state for run in findings.runs] == ["broken", "ran"]


def test_an_interrupt_keeps_what_was_claimed_and_names_what_did_not_run(with_engines: list[Engine]) -> None:
    with_engines += [engine("one", *all_hold(), error=KeyboardInterrupt()), engine("two", *all_hold())]
    findings = check("shipped")
    assert findings.verdict() is INCONCLUSIVE
    assert len(findings.claims) == len(LAWS)
    assert [(run.state, run.detail) for run in findings.runs] == [
        ("interrupted", "interrupted before its end"),
        ("skipped", "interrupted before it began"),
    ]


def test_an_engine_that_is_not_chosen_is_named_as_skipped(with_engines: list[Engine]) -> None:
    with_engines += [engine("one", error=AssertionError()), engine("two", *all_hold())]
    findings = check("shipped", ("two",))
    assert [run.state for run in findings.runs] == ["skipped", "ran"]
    assert {claim.law for claim in findings.claims} == set(NUMBERS)


def test_the_shortest_trace_to_each_law_is_kept_and_the_shortest_of_all_comes_first() -> None:
    claims = (claim("M1", VIOLATED, steps=5), claim("M3", VIOLATED, steps=4), claim("M1", VIOLATED, steps=3))
    findings = Findings("x", (*claims, claim("M7", VIOLATED), claim("M8", HOLDS, steps=1)), (), LAWS)
    assert [(trace.law, len(trace.steps)) for trace in findings.traces()] == [("M1", 3), ("M3", 4)]


def test_the_law_that_a_mutant_is_known_to_break_comes_before_a_shorter_trace() -> None:
    claims = (claim("M5", VIOLATED, steps=1), claim("M3", VIOLATED, steps=4))
    assert [trace.law for trace in Findings("dominance", claims, (), LAWS, "M3").traces()] == ["M3", "M5"]
    assert [trace.law for trace in Findings("shipped", claims, (), LAWS).traces()] == ["M5", "M3"]


def test_the_subject_is_planted_while_the_engines_run(
    with_engines: list[Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    @contextmanager
    def planted(name: str) -> Iterator[None]:
        seen.append(f"plant {name}")
        yield
        seen.append("uproot")

    def run(subject: str, report: Report) -> Iterator[Claim]:
        report("half way")
        seen.append(f"run {subject}")
        yield claim("M1", VIOLATED)

    monkeypatch.setattr(checking, "planted", planted)
    with_engines.append(Engine("one", "does it", run))
    check("m", say=seen.append, keep=seen.append)
    took = seen.pop(-2)
    assert seen == ["plant m", "one: does it", "half way", "run m", "one: M1 violated: says", "uproot"]
    assert re.fullmatch(r"one: \d+\.\d s", took)


def test_a_check_asks_for_the_engines_that_leave_out_what_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []

    def engines(**options: object) -> tuple[Engine, ...]:
        asked.append(options)
        return ()

    monkeypatch.setattr(checking, "engines", engines)
    check("shipped")
    check("shipped", full=True, until_broken=True, only=("M3",))
    assert asked == [
        {"full": False, "until_broken": False, "laws": ()},
        {"full": True, "until_broken": True, "laws": ("M3",)},
    ]


def test_a_check_by_one_law_leaves_the_others_open_and_skips_the_engines_that_say_nothing_of_it(
    with_engines: list[Engine],
) -> None:
    with_engines += [engine("any", *all_hold()), replace(engine("other", *all_hold()), of=("M4",))]
    findings = check("shipped", only=("M3", "M5"))
    assert [(run.state, run.detail) for run in findings.runs] == [("ran", ""), ("skipped", "says nothing of M3, M5")]
    assert {claim.law for claim in findings.claims} == {"M3", "M5"}
    found = {judgement.law.number: (judgement.verdict, judgement.says) for judgement in findings.judgements()}
    assert found["M3"] == found["M5"] == (HOLDS, "")
    assert found["M1"] == (INCONCLUSIVE, "left out: only M3, M5 was asked for")
    assert findings.verdict() is INCONCLUSIVE


def test_a_check_whose_time_is_up_ends_the_engine_that_runs_and_names_what_it_left_out(
    with_engines: list[Engine],
) -> None:
    def run(_subject: str, _report: Report) -> Iterator[Claim]:
        yield from all_hold()
        if not threading.Event().wait(30):
            raise AssertionError

    with_engines += [Engine("slow", "waits", run), engine("later", *all_hold())]
    with heard():
        findings = check("shipped", seconds=0.05)
        assert not came()
    assert [(run.state, run.detail) for run in findings.runs] == [
        ("interrupted", "its time was up before its end"),
        ("skipped", "its time was up before it began"),
    ]
    assert (len(findings.claims), findings.verdict()) == (len(LAWS), INCONCLUSIVE)


def test_a_check_that_ends_in_time_is_not_ended(with_engines: list[Engine]) -> None:
    with_engines += [engine("one", *all_hold())]
    with heard():
        assert check("shipped", seconds=60).verdict() is HOLDS
    assert threading.active_count() == len(threading.enumerate())


def test_exit_codes_are_those_of_the_verdicts() -> None:
    assert [EXIT_CODES[verdict] for verdict in (HOLDS, VIOLATED, INCONCLUSIVE, BROKEN)] == [0, 1, 3, 4]
