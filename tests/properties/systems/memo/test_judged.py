"""Claims about the judgement from outside: the shipped scanner holds, liars are convicted, others told apart."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from hypothesis import settings

from strandline.model.terms import Step
from strandline.properties.cli import main
from strandline.properties.core.verdict import Trace, Verdict
from strandline.properties.engines.judged import judged as run_engines
from strandline.properties.engines.replay.shortest import shortest
from strandline.properties.engines.stateful.play import DERANDOMIZED
from strandline.properties.systems.memo.blackbox import frames, judged, play
from strandline.properties.systems.memo.blackbox.factory import InProcess
from strandline.properties.systems.memo.blackbox.judged import PLAY, SEARCH, Bench
from strandline.properties.systems.memo.blackbox.outside import OUTSIDE
from strandline.properties.systems.memo.blackbox.scenarios import COMPARE, SETTLE, SMALL
from strandline.properties.systems.memo.blackbox.shipped import Shipped
from strandline.properties.systems.memo.blackbox.subject import (
    Launch,
    Outcome,
    SubjectBrokenError,
    Turn,
    Turns,
    Unavailable,
    Window,
)
from strandline.properties.systems.memo.blackbox.system import outside

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from strandline.properties.core.findings import Findings

TODAY = datetime.now(UTC).date()
SEEN = {law.number for law in OUTSIDE if law.holds is not None}
UNSEEN = {law.number for law in OUTSIDE} - SEEN

LIAR = '''
from strandline.properties.systems.memo.blackbox.shipped import Shipped
from strandline.properties.engines.replay.shortest import shortest
from strandline.properties.systems.memo.blackbox.system import outside
from strandline.properties.systems.memo.blackbox.subject import Turns

class Liar(Shipped):
    """Forgets nothing: what it ever answered, it answers again."""

    ever = ()

    def refresh(self, window):
        print("to standard output, as a program for people would")
        outcome = super().refresh(window)
        if isinstance(outcome, Turns):
            self.ever = tuple({turn.turn: turn for turn in (*self.ever, *outcome.turns)}.values())
            return Turns(self.ever)
        return outcome

class Stuck(Shipped):
    def refresh(self, window):
        raise RuntimeError("out of order")
'''


def bench(factory: type[Shipped]) -> Bench:
    return Bench(Launch("mine", ("--subject", "mine:Factory"), partial(InProcess, factory)), TODAY)


def findings(on: Bench, *engines: str) -> Findings:
    return on.judge(engines, lambda _line: None, lambda _line: None)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave few worlds and few cases, enough to catch what is looked for."""
    budgets = {"outside deleted": (("delete", 1), ("start", 2)), "outside unreadable": (("damage", 1), ("start", 1))}
    smaller = {
        world: replace(SMALL[world], scope=replace(SMALL[world].scope, budget=budget))
        for world, budget in budgets.items()
    }
    monkeypatch.setattr(judged, "SMALL", smaller)
    monkeypatch.setattr(play.play, "__defaults__", (settings(play.PROFILE, max_examples=10),))


@pytest.mark.search
@pytest.mark.parametrize("world", SMALL)
def test_the_shipped_scanner_holds_in_every_order_of_a_world(world: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judged, "SMALL", {world: SMALL[world]})
    claims = findings(bench(Shipped), SEARCH).claims
    assert {claim.law for claim in claims if claim.verdict is Verdict.HOLDS} == SEEN
    assert {claim.law for claim in claims if claim.verdict is Verdict.NOT_APPLICABLE} == UNSEEN


def test_the_shipped_scanner_holds_where_chance_plays_and_every_cover_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(play.play, "__defaults__", (settings(play.PROFILE, max_examples=50),))
    claims = findings(bench(Shipped), PLAY).claims
    assert {claim.law for claim in claims if claim.verdict is Verdict.HOLDS} == SEEN
    assert all(claim.reached for claim in claims if claim.law in SEEN)


@pytest.mark.usefixtures("few")
def test_two_runs_claim_the_same() -> None:
    first, second = (findings(bench(Shipped)) for _ in range(2))
    assert first == second
    assert first.verdict() is Verdict.HOLDS


@pytest.mark.parametrize("law", sorted(SEEN))
def test_from_outside_too_a_trace_is_no_pass_where_nothing_happens_that_its_law_could_judge(law: str) -> None:
    """Each law judges what another step brings, and a refresh that is under way is judged by none yet."""
    steps = [Step("start", 0), Step("end", 0), SETTLE, COMPARE]
    least = {"M1": 2, "M2": None, "M5": 3, "M7": 4}[law]
    taken = [bench(Shipped).retrace(Trace("mine", "outside prune", law, tuple(steps[:count]))) for count in range(5)]
    assert [bool(exhibit.judged) for exhibit in taken] == [least is not None and count >= least for count in range(5)]


class Forgetful(Shipped):
    """Gives no turn at all."""

    def refresh(self, window: Window) -> Outcome:
        outcome = super().refresh(window)
        return outcome if isinstance(outcome, Unavailable) else Turns(())


@pytest.mark.usefixtures("few")
def test_a_liar_is_convicted_by_each_engine_with_a_trace_of_at_most_three_steps() -> None:
    on = bench(Forgetful)
    found = findings(on)
    traces = {claim.engine: claim.trace for claim in found.claims if claim.law == "M1"}
    assert all(trace is not None and len(trace.steps) <= 3 for trace in traces.values())
    assert all(on.exhibits[trace].broken for trace in found.traces())
    assert found.verdict() is Verdict.VIOLATED


class Parted(Shipped):
    """Gives no turn of a window that has ended."""

    def refresh(self, window: Window) -> Outcome:
        outcome = super().refresh(window)
        ended = window.until is not None and window.until < TODAY
        return Turns(()) if ended and isinstance(outcome, Turns) else outcome


def test_the_ending_of_a_trace_holds_against_each_other_what_its_law_compares() -> None:
    alone = (Step("start", 0), Step("end", 0))
    against_the_scan = bench(Forgetful).retrace(
        Trace("mine", "outside overruled", "M1", (Step("delete", None, 1), *alone))
    )
    assert against_the_scan.ending == (
        "the answer:     no turn",
        "the full scan:  p (no model)",
        "the log:        2 submission p priority",
        "No commit between begin and end of the refresh gives this answer.",
    )
    against_the_other_path = bench(Parted).retrace(Trace("mine", "outside deleted", "M7", (COMPARE,)))
    assert against_the_other_path.ending == (
        "not ended:      p (m), q (m)",
        "ended:          no turn",
        "the log:        1 request p priority, 2 request q priority",
    )


def test_without_the_first_refresh_a_trace_gives_its_place_to_the_second() -> None:
    """Left alone, each refresh kept its number; no world lets the second one start first, so all of them stayed."""
    steps = (("start", 0, 4), ("append", None, 3), ("start", 1, 1), ("start", 2, 2), ("end", 2, 0))
    trace = Trace("mine", "outside field of New York", "M1", tuple(Step(*step) for step in steps))
    subject = InProcess(Forgetful)
    small = shortest(outside(subject, TODAY), trace)
    assert small is not None
    shown = small.steps
    assert shown == (Step("append"), Step("start", 0), Step("end", 0))


class Fickle(Shipped):
    """Lies once in its life."""

    lied = False

    def refresh(self, window: Window) -> Outcome:
        if not Fickle.lied:
            Fickle.lied = True
            return Turns((Turn("once", None, 0, None),))
        return super().refresh(window)


@pytest.mark.usefixtures("few")
def test_a_violation_that_does_not_come_again_stays_one_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Fickle, "lied", False)
    on = bench(Fickle)
    found = findings(on, SEARCH)
    (trace,) = found.traces()
    assert found.verdict() is Verdict.VIOLATED
    assert on.exhibits[trace].ending == (judged.UNSTEADY,)


class Breaking(Shipped):
    """Lies first, and then raises."""

    lied = False
    calls = 0

    def refresh(self, window: Window) -> Outcome:
        Breaking.calls += 1
        if window.until is None and not Breaking.lied:
            Breaking.lied = True
            return Turns((Turn("once", None, 0, None),))
        raise OSError("out of order")


@pytest.mark.usefixtures("few")
def test_a_subject_that_breaks_is_not_tried_again_and_what_it_did_before_stays_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Breaking, "lied", False)
    on = bench(Breaking)
    found = findings(on, SEARCH)
    assert found.verdict() is Verdict.VIOLATED
    calls = Breaking.calls
    assert [run.state for run in findings(on, PLAY).runs] == ["skipped", "broken"]
    assert Breaking.calls == calls
    assert "exception: refresh(None, None, UTC) raised OSError: out of order" in found.runs[0].detail
    assert "(world 'outside deleted', step " in found.runs[0].detail
    with pytest.raises(SubjectBrokenError):
        play.play("mine", InProcess(Breaking), TODAY)
    assert Breaking.calls == calls + 1  # Hypothesis asks for the case again; it is told what is known


# the command line


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "lying", raising=False)
    (tmp_path / "lying.py").write_text(LIAR)
    return tmp_path


@pytest.mark.usefixtures("few")
def test_a_check_of_a_liar_ends_with_the_line_that_replays_it(here: Path) -> None:
    result = run("check", "--subject", "lying:Liar", "--format", "text")
    assert result.exit_code == 1
    assert "M1   exact      violated" in result.stdout
    assert "M3   monotone   not applicable needs to see inside" in result.stdout
    assert "to standard output" not in result.stdout
    *_, line = result.stdout.splitlines()
    law = line.partition("/traces/")[2][:2]
    assert line == f"  strandline replay .strandline/runs/0001-check/traces/{law}-lying-Liar.json --subject lying:Liar"
    again = run(*shlex.split(line)[1:])
    assert again.exit_code == 1
    assert f"{law} " in again.stdout
    assert line in again.stdout
    evidence = json.loads((here / ".strandline" / "evidence.json").read_text())
    assert evidence["claims"]["subject"] == "lying:Liar"
    assert evidence["claims"]["does_not_show"] == list(judged.DOES_NOT_SHOW)
    assert "not applicable" in (here / ".strandline" / "summary.md").read_text()


@pytest.mark.usefixtures("few", "here")
def test_a_trace_on_a_sound_scanner_holds_and_on_a_broken_one_is_broken() -> None:
    run("check", "--subject", "lying:Liar", "--engine", SEARCH)
    trace = ".strandline/runs/0001-check/traces/M1-lying-Liar.json"
    assert (
        run("replay", trace, "--subject", "strandline.properties.systems.memo.blackbox.shipped:Shipped").exit_code == 0
    )
    stuck = run("replay", trace, "--subject", "lying:Stuck")
    assert stuck.exit_code == 4
    assert stuck.stderr.count("\n") == 1
    assert "is broken: exception: refresh(None, None, UTC) raised RuntimeError: out of order" in stuck.stderr


@pytest.mark.usefixtures("few", "here")
def test_a_trace_of_a_subject_is_not_replayed_without_one_nor_any_other_trace_with_one() -> None:
    run("check", "--subject", "lying:Liar", "--engine", SEARCH)
    without = run("replay", ".strandline/runs/0001-check/traces/M1-lying-Liar.json")
    assert without.exit_code == 2
    assert "strandline replay takes it with --subject or --subject-cmd" in without.stderr


@pytest.mark.usefixtures("few", "here")
def test_a_broken_subject_is_one_line_and_no_violation() -> None:
    result = run("check", "--subject", "lying:Stuck")
    assert result.exit_code == 4
    assert re.search(
        r"exhaust subject +broken +exception: refresh\(None, None, UTC\) raised RuntimeError", result.stdout
    )
    assert "lying:Stuck: broken" in result.stdout


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--subject", "lying"), "'lying' is not module:factory"),
        (("--subject", "lying:None"), "module 'lying' has no 'None'"),
        (("--subject", "lying:Liar", "--subject-cmd", "x"), "exclude each other"),
        (("--subject", "lying:Liar", "--mutant", "split"), "exclude --mutant and --specimen"),
        (("--subject", "lying:Liar", "--specimen", "D1"), "exclude --mutant and --specimen"),
        (("--subject", "lying:Liar", "--engine", "prove"), "there are exhaust subject, fuzz subject"),
        (("--deadline", "5s"), "--deadline needs --subject or --subject-cmd"),
        (("--subject", "lying:Liar", "--deadline", "0"), "--deadline leaves no time at all"),
        (("--subject-cmd", "'open"), "is no command: No closing quotation"),
        (("--subject-cmd", " "), "--subject-cmd is empty"),
    ],
)
def test_a_mistake_in_naming_a_subject_is_one_line(options: tuple[str, ...], says: str) -> None:
    result = run("check", *options)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert says in result.stderr


def test_a_program_that_cannot_be_started_is_broken(here: Path) -> None:
    result = run("check", "--subject-cmd", here / "none")
    assert result.exit_code == 4
    assert re.search(r"(?m)^exhaust subject +broken +no start: ", result.stdout)
    assert re.search(r"(?m)^fuzz subject +broken +no start: it is not asked again", result.stdout)


@pytest.mark.skipif(os.name == "nt", reason="there are no process groups on Windows")
@pytest.mark.usefixtures("here")
def test_a_program_that_dies_at_its_imports_is_told_with_the_line_that_says_why() -> None:
    command = shlex.join([sys.executable, "-c", "import no_such_module_" + "x" * 40])
    result = run("check", "--subject-cmd", command)
    assert result.exit_code == 4
    (line,) = (line for line in result.stdout.splitlines() if re.match("exhaust subject +broken ", line))
    assert f"No module named 'no_such_module_{'x' * 40}'" in line
    assert "[...]" not in line
    assert "(world 'outside prune', step " in line


@pytest.mark.skipif(os.name == "nt", reason="there are no process groups on Windows")
@pytest.mark.usefixtures("here")
def test_a_program_whose_path_has_no_name_is_called_by_its_path() -> None:
    assert ".: broken" in run("check", "--subject-cmd", ".").stdout


def test_the_engines_of_a_subject_are_run_like_any_others() -> None:
    on = bench(Shipped)
    found = run_engines("mine", on.engines, OUTSIDE, ["none"], lambda _line: None, lambda _line: None)
    assert [run.state for run in found.runs] == ["skipped", "skipped"]
    assert found.verdict() is Verdict.INCONCLUSIVE
    assert play.PROFILE.derandomize == DERANDOMIZED.derandomize


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [
        (None, None, "all days"),
        (None, "2026-03-02", "all days up to 2026-03-02"),
        ("2026-03-01", None, "2026-03-01 and later"),
        ("2026-03-01", "2026-03-02", "2026-03-01 to 2026-03-02"),
    ],
)
def test_a_window_is_told_in_words_that_can_be_read_aloud(since: str | None, until: str | None, says: str) -> None:
    first, last = (None if day is None else date.fromisoformat(day) for day in (since, until))
    assert frames.asked(Window(first, last, ZoneInfo("UTC"))) == says
