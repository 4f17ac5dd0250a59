"""Claims about the engine that holds the texts of the definition beside each other: what it notices, how it says so."""

from __future__ import annotations

import inspect
import sqlite3
import textwrap
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import strategies as st

from strandline.impl.memo import (
    codex,
    debugprint,
    failures,
    joined,
    log,
    parse,
    refresh,
    ruststring,
    scan,
    structure,
    window,
)
from strandline.impl.memo import memo as memos
from strandline.model.memo import bodies, days, facts, oracle, truth
from strandline.model.memo import memo as model
from strandline.properties.cli import main
from strandline.properties.core.verdict import Verdict
from strandline.properties.systems.memo.agreement import agree
from strandline.properties.systems.memo.agreement.agree import (
    CLOSE_LIMITS,
    QUESTIONS,
    SHRINKS_MAX,
    Question,
    claims,
    drawn,
)
from strandline.properties.systems.memo.agreement.questions import DifferenceError, same
from strandline.properties.systems.memo.mutants.registry import planted
from strandline.properties.systems.memo.traps import NO_LOGS, TRAPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FunctionType, ModuleType

    from strandline.properties.systems.memo.agreement.questions import Tally


def question(name: str) -> Question:
    return next(question for question in QUESTIONS if question.name == name)


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> Iterator[None]:
    """What a changed text said must not be remembered for the right one, nor the other way round."""
    caches = [vars(facts)["_cached_read"], vars(window)["_span"]]
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


def changed(function: FunctionType, before: str, after: str) -> Any:  # noqa: ANN401 - a code object
    """Compile a function with one piece of its text replaced."""
    text = textwrap.dedent(inspect.getsource(function))
    assert text.count(before) == 1, text
    names: dict[str, Any] = {}
    exec(compile(f"from __future__ import annotations\n{text.replace(before, after)}", "changed", "exec"), {}, names)  # noqa: S102 - ours
    return names[function.__name__].__code__


CHANGES: list[tuple[object, str, str, str, str]] = [
    (facts, "_tags", "left_open == 0", "left_open >= 0", "tags"),
    (facts, "_tags", "end is None or left", "end is None and left", "tags"),
    (facts, "_request", '"response.create"', '"response.created"', "traps"),
    (facts, "_completed", '"response.completed"', '"response.complete"', "traps"),
    (facts, "_rerouted", '" model was "', '" model was"', "reroutes"),
    (facts, "_started_by", "and (operation", "or (operation", "traps"),
    (facts, "_asked", 'held == "None"', 'held != "None"', "values"),
    (facts, "_started", '"compact"', '"compaction"', "starts"),
    (facts, "_read", '"rerouted"', '"reroute"', "bodies"),
    (facts, "_object_end", "> NESTING_MAX", ">= NESTING_MAX", "levels"),
    (bodies, "outside", "character in pending", "character in pending[-1:]", "spans"),
    (bodies, "string_end", "at += 2", "at += 1", "traps"),
    (bodies, "parted", '(" ", start)', '("", start)', "traps"),
    (bodies, "innermost", "reversed(spans)", "iter(spans)", "traps"),
    (bodies, "_field", "[at - 1]", "[at - 2]", "traps"),
    (bodies, "_value", "c not in", "c in", "bodies"),
    (bodies, "logged", '!= " "', '== " "', "starts"),
    (bodies, "_logged_length", '" {"', '" ("', "starts"),
    (bodies, "items", ".pop() != character", ".pop() == character", "traps"),
    (bodies, "fields", '"Some"', '"Same"', "submissions"),
    (bodies, "inside_some", "len(held) == 1", "len(held) >= 1", "values"),
    (oracle, "_turn", "priority[-1]", "priority[0]", "joins"),
    (oracle, "_turn", "reported[-1]", "reported[0]", "joins"),
    (oracle, "_counts", "in SEEN", "in KNOWN", "joins"),
    (oracle, "_tells", '!= "submission" or', '== "submission" or', "joins"),
    (truth, "skip", "row.ts, int", "row.ts, str", "one-shot path"),
    (truth, "skip", "> BODY_MAX", ">= BODY_MAX", "one-shot path"),
    (days.Span, "holds", "instant < self.end", "instant <= self.end", "traps"),
    (days, "start_of", "earliest < end", "earliest > end", "days"),
    (model, "write_back", "mine.epoch < epoch", "mine.epoch <= epoch", "write-backs"),
    (model, "_merged", "merged[-1][1] + 1", "merged[-1][1] + 2", "memos"),
    (model, "bounded", ".id - 1", ".id - 2", "full memos"),
    (model, "latest", "-ANCHORS_MAX", "+ANCHORS_MAX", "memos"),
    (parse, "_tags", "start - 1", "start - 0", "tags"),
    (parse, "_request", "body.turn or", "body.turn and", "traps"),
    (parse, "_completed", '"response.completed"', '"response.complete"', "traps"),
    (parse, "_rerouted", "end < 0", "end > 0", "traps"),
    (parse, "_submission", '"Steer"', '"Ster"', "values"),
    (parse, "_asked", '"default"', '"defaults"', "values"),
    (parse, "_model", " or debugprint", " and debugprint", "values"),
    (parse, "_started", "end + 1", "end + 0", "starts"),
    (parse, "_filled", "text.strip()", "text", "traps"),
    (parse, "_is_too_deep", "<= NESTING_MAX", ">= NESTING_MAX", "levels"),
    (structure, "outside", "not opened.stack", "    opened.stack", "traps"),
    (structure._Opened, "take", "rindex", "index", "spans"),  # noqa: SLF001 - whose text is changed
    (structure, "group_end", ".start() == 1", ".start() == 2", "starts"),
    (structure, "body", "colon.end()", "colon.start()", "traps"),
    (structure, "_innermost", "value is not None", "value is None", "traps"),
    (debugprint, "is_closed", "!= OPENERS", "== OPENERS", "submissions"),
    (debugprint, "fields", "depth < 0", "depth <= 0", "submissions"),
    (debugprint, "struct", '"Some"', '"Same"', "submissions"),
    (debugprint, "value", "head.start(2)", "head.start(1)", "submissions"),
    (ruststring, "unescaped", "[1:-1]", "[1:]", "bodies"),
    (ruststring, "_character", "code in", "code not in", "bodies"),
    (codex, "_gather", "rank >= best", "rank <= best", "joins"),
    (codex, "_gather", "tier is None", "tier is not None", "joins"),
    (codex, "_turn", "models.get(turn", "models.get(rank", "joins"),
    (codex, "_owner", "thread.strip()", "thread", "joins"),
    (codex, "summarize", "== _UNTOLD", "== _ASKED", "joins"),
    (joined, "joined", '== "ts" or', '== "ts" and', "memo path"),
    (scan, "_fact", "ts < coverage", "ts <= coverage", "memo path"),
    (log.LogRow, "is_too_long", "> BODY_MAX", ">= BODY_MAX", "one-shot path"),
    (scan, "_believe", "wanted < base.coverage", "wanted > base.coverage", "memos"),
    (scan, "read", "row.id > reached + 1", "row.id > reached + 0", "memos"),
    (window, "start_of_day", "fold=0", "fold=1", "days"),
    (window.Window, "ended_before", "self.last < today", "self.last <= today", "days"),
    (memos, "bounded", "<= sources_max", "< sources_max", "full memos"),
    (log.LogReader, "spanned", "span.end - 1", "span.end - 2", "one-shot path"),
    (refresh, "_counted", "tally.anchors + anchors", "tally.anchors - anchors", "traps"),
    (refresh.Tally, "statistics", "self.tries + 1", "self.tries + 2", "traps"),
]
"""One small change of a text each: where, in which function, what, into what, and the question it must not pass."""


@pytest.mark.parametrize(("place", "name", "before", "after", "asked"), CHANGES, ids=lambda value: str(value)[:24])
def test_one_character_of_any_text_is_noticed(  # noqa: PLR0913 - a change by its parts
    place: ModuleType, name: str, before: str, after: str, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    function = getattr(place, name)
    monkeypatch.setattr(function, "__code__", changed(function, before, after))
    with pytest.raises((DifferenceError, IndexError, StopIteration)):
        question(asked).ask(Counter())


@pytest.mark.parametrize(
    ("place", "number", "asked"),
    [
        *((facts, "NESTING_MAX", "levels"), (bodies, "DEPTH_MAX", "levels")),
        *((parse, "NESTING_MAX", "levels"), (parse, "DEPTH_MAX", "levels")),
    ],
)
@pytest.mark.parametrize("by", [-1, 1])
def test_one_level_more_or_less_on_either_side_is_noticed(
    place: ModuleType, number: str, asked: str, by: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, number, getattr(place, number) + by)
    with pytest.raises(DifferenceError):
        question(asked).ask(Counter())


@pytest.mark.parametrize("number", ["ANCHORS_MAX", "GAPS_MAX", "OPEN", "NOTHING"])
def test_a_number_that_one_side_states_otherwise_is_noticed(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, number, getattr(model, number) + 1)
    with pytest.raises(DifferenceError):
        question("stated numbers").ask(Counter())


@pytest.mark.parametrize(
    ("mutant", "asked"), [("two truths", "both paths"), ("blind sources", "memos"), ("no witnesses", "memos")]
)
def test_a_known_bad_scanner_is_noticed(mutant: str, asked: str) -> None:
    with planted(mutant), pytest.raises(DifferenceError):
        question(asked).ask(Counter())


def test_what_is_no_log_gives_no_answer() -> None:
    tally: Tally = Counter()
    question("no logs").ask(tally)
    assert tally["reads that failed"] == len(NO_LOGS)


def test_a_reason_that_is_another_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(failures)["_REASONS"], sqlite3.SQLITE_NOTADB, "io")
    with pytest.raises(DifferenceError, match="a text"):
        question("no logs").ask(Counter())


def test_a_trap_tells_if_both_sides_are_wrong_in_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    (trap,) = [trap for trap in TRAPS if trap.name == "a completion without a request"]
    wrong = trap._replace(asked=(trap.asked[0]._replace(turns=()),))
    monkeypatch.setattr(agree, "TRAPS", (wrong,))
    with pytest.raises(DifferenceError, match="a completion without a request"):
        question("traps").ask(Counter())


def test_the_histories_come_to_every_limit_and_every_cause_of_a_full_scan() -> None:
    tally: Tally = Counter()
    question("memos").ask(tally)
    question("full memos").ask(tally)
    wanted = {
        *("resumed after a deletion", "memos that were cut"),
        *("memos with all the anchors there may be", "memos with all the gaps there may be"),
        *(f"full scans: {cause}" for cause in CAUSES),
    }
    assert {name for name in wanted if not tally[name]} == set()
    assert CLOSE_LIMITS.sources < CLOSE_LIMITS.chunk


CAUSES = (
    "no memo",
    "file replaced",
    "window widened",
    "log was empty",
    "anchors lost",
    "rows rewritten",
    "deleted row is back",
)


@pytest.mark.parametrize("asked", ["joins", "levels"])
def test_a_question_is_put_about_the_same_cases_each_time(asked: str) -> None:
    tallies: list[Tally] = [Counter(), Counter()]
    for tally in tallies:
        question(asked).ask(tally)
    assert tallies[0] == tallies[1]
    assert tallies[0]["cases"] > 0


# What becomes of a difference


def test_a_difference_is_made_small_within_a_bound_of_tries() -> None:
    tally: Tally = Counter()

    def judge(case: list[int], _tally: Tally) -> None:
        same(case, sum(case) > 1_000, other=False)

    with pytest.raises(DifferenceError, match=r"the scanner says True, the other text False, of \[1001\]"):
        drawn(st.lists(st.integers(0, 10_000)), 100, judge, tally)
    assert tally["cases"] <= 100 + SHRINKS_MAX


def test_a_failure_of_either_side_ends_within_the_same_bound() -> None:
    tally: Tally = Counter()

    def judge(case: int, _tally: Tally) -> None:
        raise ZeroDivisionError(case)

    with pytest.raises(ZeroDivisionError):
        drawn(st.integers(), 100, judge, tally)
    assert tally["cases"] <= 100 + SHRINKS_MAX


def test_a_difference_names_the_innermost_place() -> None:
    one = model.Memo(1, 1, 1, 0, 0, (), (), ((1, 2), (4, 5)))
    two = model.Memo(1, 1, 1, 0, 0, (), (), ((1, 2), (4, 6)))
    with pytest.raises(DifferenceError, match="the scanner says 5, the other text 6 in gaps in 1 in 1, of 'case'"):
        same("case", one, two)


def asked_of(*questions: tuple[str, str, Callable[[Tally], None]]) -> tuple[Question, ...]:
    return tuple(Question(*parts) for parts in questions)


def differs(_tally: Tally) -> None:
    same("a case", 1, 2)


def holds(tally: Tally) -> None:
    tally["cases"] += 7


@pytest.mark.parametrize(("subject", "again"), [("shipped", ""), ("two truths", " --mutant 'two truths'")])
def test_a_difference_violates_its_law_with_both_values_and_the_line_that_shows_it_again(
    subject: str, again: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agree, "QUESTIONS", asked_of(("one", "M1", differs), ("two", "M7", holds)))
    first, second = claims(subject, lambda _line: None)
    assert (first.law, first.verdict) == ("M1", Verdict.VIOLATED)
    assert first.says == (
        "one: the scanner says 1, the other text 2, of 'a case'; again: strandline check --engine agree" + again
    )
    assert (second.law, second.verdict, dict(second.counts)) == ("M7", Verdict.HOLDS, {"cases": 7})


def test_check_ends_with_1_and_shows_the_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agree, "QUESTIONS", asked_of(("one", "M1", differs)))
    done = CliRunner().invoke(main, ["check", "--engine", "agree", "--out", str(tmp_path)])
    assert done.exit_code == 1
    assert "one: the scanner says 1, the other text 2, of 'a case'" in done.stdout
    assert "strandline check --engine agree" in done.stdout


def test_every_law_that_is_asked_about_has_its_claim() -> None:
    assert {question.law for question in QUESTIONS} == {"M1", "M2", "M3", "M7", "M10"}
    assert len({question.name for question in QUESTIONS}) == len(QUESTIONS)
