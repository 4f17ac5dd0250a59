"""The engine that proves: CrossHair over the order of memos, for all ints.

CrossHair runs as a program and is judged by its words. Its exit code tells a counterexample
from none, and "none" is 0 for a contract that it confirmed, for one that it gave up on, and
for a target that has no contract at all; a crash exits with 1, as a counterexample does.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from strandline.properties import contracts, wrong_orders
from strandline.properties.verdict import Claim, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.contracts import Condition
    from strandline.properties.verdict import Report

BUDGET = 10.0
"""Seconds of processor time for one condition; CrossHair gives up when they have passed.

Without a stated budget it gives up after five paths in a row that taught it nothing, which
is too soon for a law over three memos.
"""

WAIT = 60.0
"""Seconds of wall time after which the program is killed; only a busy machine needs that many."""

WORDS_MAX = 600
"""How many characters of the program's words an outcome quotes at most."""

_ROOT = Path(__file__).parents[2]
_LINE = re.compile(r".+:\d+: (?P<level>info|error): (?P<words>(?s:.+))")  # an exception's words may be several lines
_SAME = re.compile(r"No differences found\. \(attempted (?P<tries>\d+) iterations\)")


class Outcome(NamedTuple):
    """How a condition came out, and the words of the program that say so; none if it holds."""

    verdict: Verdict
    words: str


class Proof(NamedTuple):
    """A condition, how it came out, and the seconds of wall time that it took."""

    condition: Condition
    outcome: Outcome
    seconds: float


def conditions() -> tuple[Condition, ...]:
    """Return what is to be confirmed of the shipped orders: every part of M4, and that they agree."""
    return contracts.CONDITIONS


def wrong_conditions() -> tuple[Condition, ...]:
    """Return what is to be refuted: each law of a seeded order that breaks it."""
    return wrong_orders.CONDITIONS


def claims(subject: str, report: Report) -> Iterator[Claim]:
    """Prove M4 of the shipped sources, one claim for each condition.

    Args:
        subject: ``shipped``, or the name of a mutant. A mutant is made in this process and
            the prover reads the sources in its own, so of a mutant nothing is claimed.
        report: takes one line for each condition, with the seconds it took.

    Yields:
        The claims, in the order of the conditions; the same in every run.
    """
    if subject != "shipped":
        return
    for condition, outcome, seconds in prove(conditions()):
        report(f"{condition.says}: {outcome.verdict} in {seconds:.2f} s")
        yield Claim(
            law="M4",
            engine="prove",
            verdict=outcome.verdict,
            says=": ".join(filter(None, (condition.says, outcome.words))),
            bounds=(("ints", "all"), ("subject", "the sources as shipped")),
        )


def prove(asked: tuple[Condition, ...]) -> Iterator[Proof]:
    """Ask CrossHair about conditions, as many at once as there are processors.

    Args:
        asked: the conditions.

    Yields:
        A proof for each, in the order in which they were asked.
    """
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        yield from pool.map(_prove, asked)


def _prove(condition: Condition) -> Proof:
    start = monotonic()
    outcome = _run(condition)
    return Proof(condition, outcome, monotonic() - start)


def _run(condition: Condition) -> Outcome:
    options = [f"--per_condition_timeout={BUDGET}"]
    if condition.command == "check":
        options += ["--analysis_kind=PEP316", "--report_all"]
    command = [sys.executable, "-X", "utf8", "-m", "crosshair", condition.command, *options, *condition.targets]
    # CrossHair looks for modules in its working directory first, so it starts where this package is; and it looks
    # where this process does, so that both mean the same sources.
    places = (str(Path(entry).absolute()) for entry in sys.path)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
    try:
        ended = subprocess.run(  # noqa: S603 - this interpreter, and names that this package gives
            command, cwd=_ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=WAIT, check=False
        )
    except subprocess.TimeoutExpired:
        return Outcome(Verdict.INCONCLUSIVE, "CrossHair was stopped at its time limit")
    except OSError as error:
        return Outcome(Verdict.BROKEN, f"CrossHair did not start: {error.strerror}")
    judge = check_outcome if condition.command == "check" else diff_outcome
    return judge(ended.returncode, ended.stdout, ended.stderr)


def check_outcome(code: int, out: str, err: str) -> Outcome:
    """Judge what ``crosshair check --report_all`` said of one contract.

    Args:
        code: the exit code.
        out: the standard output, to be one message about one contract.
        err: the standard error.

    Returns:
        HOLDS only for the words of a confirmation, VIOLATED only for those of a
        counterexample, BROKEN for all that is not understood.
    """
    line = _LINE.fullmatch(out.strip())
    if line is not None:
        words = line["words"]
        match code, line["level"]:
            case 0, "info" if words == "Confirmed over all paths.":
                return Outcome(Verdict.HOLDS, "")
            # A precondition that nothing meets makes a contract empty, which confirms nothing.
            case 0, "info" if words in {"Not confirmed.", "Unable to meet precondition."}:
                return Outcome(Verdict.INCONCLUSIVE, words)
            # A postcondition that cannot be evaluated is the contract's fault and says nothing of the order.
            case 1, "error" if " when calling " in words and not words.startswith("Error while evaluating "):
                return Outcome(Verdict.VIOLATED, _quote(words))
    return _broken(code, out, err)


def diff_outcome(code: int, out: str, err: str) -> Outcome:
    """Judge what ``crosshair diffbehavior`` said of two functions.

    Args:
        code: the exit code.
        out: the standard output: two lines if no difference was found, else an input and
            what each function makes of it, once or more.
        err: the standard error.

    Returns:
        HOLDS only if all paths were exhausted, VIOLATED only with an input on which the
        functions differ, BROKEN for all that is not understood.
    """
    match code, out.strip().splitlines():
        case 0, [found, rest] if same := _SAME.fullmatch(found):
            # No path is what a broken run tries; so does one whose budget ends before the first, but it says so.
            if rest == "All paths exhausted, functions are likely the same!" and int(same["tries"]) > 0:
                return Outcome(Verdict.HOLDS, "")
            if rest == "Consider increasing the --max_uninteresting_iterations option.":
                return Outcome(Verdict.INCONCLUSIVE, "no difference found, and not all paths tried")
        case 1, [given, one, other, *_] if given.startswith("Given: ("):
            return Outcome(Verdict.VIOLATED, _quote(f"{given} {one} {other}"))
    return _broken(code, out, err)


def _broken(code: int, out: str, err: str) -> Outcome:
    last = next((line for line in reversed((out + "\n" + err).splitlines()) if line.strip()), "nothing")
    return Outcome(Verdict.BROKEN, _quote(f"CrossHair exited with {code} and said: {last}"))


def _quote(words: str) -> str:
    return " ".join(words.split())[:WORDS_MAX]
