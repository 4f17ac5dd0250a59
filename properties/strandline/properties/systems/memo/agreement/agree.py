"""The engine that holds the texts of one definition beside each other: oracle and model, scanner, and the traps.

Cases are drawn, always the same ones. Where two texts part, Hypothesis makes the case as small as it can, and the claim
shows both values. A trap has its right answer written out, so it also tells when both are wrong in one way.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from strandline.model.memo.days import span
from strandline.model.memo.log import Log
from strandline.model.memo.memo import Limits
from strandline.model.memo.oracle import oracle
from strandline.model.memo.truth import Truth
from strandline.properties.core.system import SHIPPED
from strandline.properties.core.verdict import Claim, Verdict
from strandline.properties.engines.stateful.play import DERANDOMIZED
from strandline.properties.systems.memo.agreement import calendars, questions, questions_of_memos
from strandline.properties.systems.memo.agreement.bodies import BODIES, NARROW, TEXTS, nestings
from strandline.properties.systems.memo.agreement.dated import DatedScanner
from strandline.properties.systems.memo.agreement.histories import HISTORIES
from strandline.properties.systems.memo.agreement.path_matrix import EVER, path_matrix, path_of, patience
from strandline.properties.systems.memo.agreement.questions import Days, DifferenceError, same
from strandline.properties.systems.memo.agreement.sides import Desk, longest_body
from strandline.properties.systems.memo.agreement.tables import LONGEST, tables
from strandline.properties.systems.memo.spec.laws import LAWS
from strandline.properties.systems.memo.traps import NO_LOGS, TRAPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.properties.core.verdict import Report
    from strandline.properties.systems.memo.agreement.questions import Tally
    from strandline.properties.systems.memo.agreement.tables import Table

T = TypeVar("T")

ENGINE: Final = "agree"
SAYS_MAX: Final = 400
"""Characters of a difference that are shown; the same run shows it again."""

SHRINKS_MAX: Final = 150
"""How many cases are tried to make one smaller on which two texts part."""

SHIPPED_LIMITS: Final = Limits()
CLOSE_LIMITS: Final = Limits(sources=2, chunk=3)
"""Limits that every history comes to."""


class Question(NamedTuple):
    """Something that is asked of both sides, and the law that a difference breaks."""

    name: str
    law: str
    ask: Callable[[Tally], None]


def drawn(strategy: st.SearchStrategy[T], examples: int, judge: Callable[[T, Tally], None], tally: Tally) -> None:
    """Put a question about so many drawn cases.

    Raises:
        DifferenceError: the two sides differ, on the smallest case that so many tries came to.
    """
    parted: dict[str, Exception] = {}
    tries = 0

    @settings(DERANDOMIZED, max_examples=examples)
    @given(strategy)
    def each(case: T) -> None:
        nonlocal tries
        key = repr(case)
        if key in parted:
            raise parted[key]
        tries += bool(parted)
        if tries > SHRINKS_MAX:
            return  # Hypothesis has no bound of its own but minutes: what is left to try counts as no difference
        tally["cases"] += 1
        try:
            judge(case, tally)
        except Exception as error:
            parted[key] = error
            raise

    each()


def _traps(tally: Tally) -> None:
    """Ask for the turns of every trap by every path, and ask the oracle for the same answers."""
    for trap in TRAPS:
        for asked in trap.asked:
            tally["traps"] += 1
            instants = span(asked.first, asked.last, ZoneInfo(asked.zone))
            said = oracle(trap.rows, instants)
            same(trap.name, said, Truth(asked.turns, asked.counts or said.counts, asked.skipped))
            with tempfile.TemporaryDirectory(prefix="strandline-", ignore_cleanup_errors=True) as folder:
                for cell in path_matrix(trap, asked, Path(folder), "wal"):
                    same(f"{trap.name}: {cell.name}", cell.found, cell.right)


def _locks(_tally: Tally) -> None:
    """Ask a log that is locked for a while."""
    with tempfile.TemporaryDirectory(prefix="strandline-", ignore_cleanup_errors=True) as folder:
        cell = patience(TRAPS[0], Path(folder))
        same(cell.name, cell.found, cell.right)


def _no_logs(tally: Tally) -> None:
    """Ask for the turns of what is no log: there is a reason, no answer, and nothing that is stored."""
    for trap in NO_LOGS:
        with tempfile.TemporaryDirectory(prefix="strandline-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "log.sqlite"
            with DatedScanner(path) as scanner:
                same("nothing at the path", path_of(scanner.turns(EVER, date.max)), "missing")
                with trap.made(path):
                    same(trap.name, path_of(scanner.turns(EVER, date.max)), trap.reason)
                same(f"{trap.name}: the memo", scanner.memo, None)
                tally["reads that failed"] += 1


def _tables(examples: int, judge: Callable[[Table, Desk, Tally], None], tally: Tally) -> None:
    """Put a question about logs in SQLite, the longest body cut short on both sides."""
    with closing(Desk()) as desk, longest_body(LONGEST):

        def each(case: Table, counted: Tally) -> None:
            desk.hold(Log(case.rows))
            judge(case, desk, counted)

        drawn(tables(), examples, each, tally)


def _histories(examples: int, limits: Limits, tally: Tally) -> None:
    """Put the question about memos, over the histories of a log in SQLite."""
    with closing(Desk()) as desk:
        drawn(HISTORIES, examples, lambda case, counted: questions_of_memos.history(case, limits, desk, counted), tally)


_DAYS: Final = calendars.pairs(calendars.ZONES).flatmap(
    lambda pair: st.builds(Days, *map(st.just, pair), calendars.days(pair[0]))
)

QUESTIONS: Final = (
    Question("traps", "M1", _traps),
    Question("locks", "M1", _locks),
    Question("bodies", "M1", partial(drawn, BODIES, 300, questions.body)),
    Question("texts", "M1", partial(drawn, TEXTS, 200, questions.text)),
    *(Question(name, "M1", partial(drawn, texts, 400, questions.text)) for name, texts in NARROW.items()),
    Question("levels", "M1", partial(drawn, nestings(), 60, questions.text)),
    Question("days", "M1", partial(drawn, _DAYS, 130, questions.days)),
    Question("joins", "M1", partial(drawn, tables(), 200, questions.join)),
    Question("one-shot path", "M1", partial(_tables, 250, questions.one_shot)),
    Question("memo path", "M1", partial(_tables, 250, questions.memo_path)),
    Question("memos", "M1", partial(_histories, 150, SHIPPED_LIMITS)),
    Question("no logs", "M2", _no_logs),
    Question("write-backs", "M3", questions_of_memos.write_backs),
    Question("both paths", "M7", partial(_tables, 100, questions.one_truth)),
    Question("stated numbers", "M10", questions_of_memos.numbers),
    Question("full memos", "M10", partial(_histories, 90, CLOSE_LIMITS)),
)
"""Every question, by the law that it asks about."""

COVERS: Final = {
    "M1": "resumed after a deletion",
    "M2": "reads that failed",
    "M7": "answers with turns",
    "M10": "memos that were cut",
}
"""What is counted of the covers of laws."""


def claims(subject: str, report: Report, laws: tuple[str, ...] = ()) -> Iterator[Claim]:
    """Put every question to a subject, about some laws or about all, and claim what came of it, law by law."""
    for law in LAWS:
        if laws and law.number not in laws:
            continue
        asked = [question for question in QUESTIONS if question.law == law.number]
        if asked:
            yield _claim(law.number, asked, subject, report)


def _claim(law: str, asked: list[Question], subject: str, report: Report) -> Claim:
    """Put the questions about one law, up to the first difference."""
    tally: Tally = Counter()
    verdict, says = Verdict.HOLDS, "the two sides say the same in these cases"
    for question in asked:
        try:
            question.ask(tally)
        except DifferenceError as error:
            again = "" if subject == SHIPPED else f" --mutant '{subject}'"
            verdict = Verdict.VIOLATED
            says = f"{question.name}: {shorten(str(error), SAYS_MAX)}; again: strandline check --engine {ENGINE}{again}"
            break
        report(f"{ENGINE}: {question.name}: the same")
    return Claim(
        law=law,
        engine=ENGINE,
        verdict=verdict,
        says=says,
        bounds=(("questions", ", ".join(question.name for question in asked)), ("profile", "derandomized")),
        counts=tuple(sorted((+tally).items(), key=lambda count: (count[0] != "cases", count))),
        reached=tally[COVERS[law]] if law in COVERS else None,
    )
