"""No pass about nothing: a law that judged nothing is no pass and is named; where nothing can happen is told."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.found import Budget
from strandline.properties.engines.exhaust.world import (
    Action,
    Always,
    AlwaysTold,
    Component,
    Eventually,
    NoDeadlock,
    Outcome,
    Sometimes,
    SometimesTold,
    Symmetry,
    World,
)

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.properties.engines.exhaust.found import Status
    from strandline.properties.engines.exhaust.world import Law, Outcomes, Reading

TOP = 3
"""Where the counter stops."""


def up(at: Reading) -> Outcomes:
    return {"n": at["n"] + 1} if at["n"] < TOP else None


def up_and_tell(at: Reading) -> Outcomes:
    """Tell of the last step only."""
    if at["n"] == TOP:
        return None
    return Outcome({"n": at["n"] + 1}, told=("top",) if at["n"] == TOP - 1 else ())


def small(at: Reading) -> bool:
    return bool(at["n"] <= TOP)


def at_the_top(at: Reading) -> bool:
    return bool(at["n"] == TOP)


def never(_at: Reading) -> bool:
    return False


def counter(*laws: Law, take: Any = up) -> World:  # noqa: ANN401 - any function of an action
    return World("counter", (Component("n", 0),), (Action("up", ("n",), ("n",), take, "it"),), laws)


SMALL = Always("small", ("n",), small)


def test_a_world_without_a_law_is_no_pass_and_says_so() -> None:
    found = search(counter())
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.vacuous == ("no law is declared",)
    assert search(counter(SMALL)).vacuous == ()


@pytest.mark.parametrize("law", [AlwaysTold("top", bool), SometimesTold("top", bool)])
def test_a_law_of_what_is_told_is_no_pass_if_nothing_was_told(law: Law) -> None:
    found = search(counter(law, SMALL))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert [finding.verdict for finding in found.findings] == [Verdict.INCONCLUSIVE, Verdict.HOLDS]
    assert found.vacuous == ("top: nothing was told",)
    told = search(counter(law, SMALL, take=up_and_tell))
    assert (told.verdict, told.vacuous) == (Verdict.HOLDS, ())


def test_what_was_told_and_never_showed_a_law_was_judged() -> None:
    (finding,) = search(counter(SometimesTold("bottom", "bottom".__eq__), take=up_and_tell)).findings
    assert (finding.verdict, finding.vacuous) == (Verdict.INCONCLUSIVE, False)
    assert finding.says == "every reachable state was looked at, and it was never so"


def interrupt(at: Reading) -> bool:
    if at["n"] == 0:
        raise KeyboardInterrupt
    return True


def test_a_sometimes_that_was_asked_of_no_state_does_not_say_that_it_was() -> None:
    """Ctrl-C came while the first state was judged."""
    laws = (Sometimes("top", ("n",), never), Always("late", ("n",), interrupt))
    found = search(counter(*laws))
    assert found.ended == "interrupted"
    assert found.vacuous == ("top: no state was looked at",)


def test_a_sometimes_that_some_states_were_asked_of_says_so_though_the_search_ended_early() -> None:
    (finding,) = search(counter(Sometimes("top", ("n",), never)), Budget(states=2)).findings
    assert finding.says == "all that was reached was looked at, and it was never so"
    assert not finding.vacuous


@pytest.mark.parametrize("laws", [(SMALL,), (SMALL, NoDeadlock("ends at the top", ("n",), small)), ()])
def test_states_in_which_nothing_can_happen_are_counted_whether_or_not_a_law_asks(laws: tuple[Law, ...]) -> None:
    assert search(counter(*laws)).counts.terminal == 1


def to_and_fro(at: Reading) -> Outcomes:
    return {"n": 1 - at["n"]}


def test_a_world_that_goes_on_for_ever_has_no_state_in_which_nothing_can_happen() -> None:
    assert search(counter(SMALL, take=to_and_fro)).counts.terminal == 0


def test_states_of_the_frontier_are_not_counted_for_nothing_was_tried_there() -> None:
    whole, cut = search(forks()), search(forks(), Budget(states=4))
    assert (whole.counts.states, whole.counts.terminal) == (5, 3)
    assert (cut.counts.states, cut.counts.frontier, cut.counts.terminal) == (5, 2, 1)


def fork(at: Reading) -> Outcomes:
    return {0: [{"n": 1}, {"n": 2}], 2: [{"n": 3}, {"n": 4}]}.get(at["n"])


def forks() -> World:
    return counter(Always("fine", ("n",), small_number), take=fork)


def small_number(at: Reading) -> bool:
    return bool(at["n"] < 9)


def win(me: str, at: Reading) -> Outcomes:
    return {me: 1} if not at["A"] + at["B"] else None


def test_of_alike_states_in_which_nothing_can_happen_one_is_counted() -> None:
    wins = tuple(Action(f"{me} wins", ("A", "B"), (me,), partial(win, me), me) for me in "AB")
    parts = (Component("A", 0), Component("B", 0))
    assert search(World("race", parts, wins)).counts.terminal == 2
    assert search(World("race", parts, wins, symmetry=Symmetry((("A",), ("B",))))).counts.terminal == 1


def test_the_count_so_far_is_whole_layers() -> None:
    seen: list[int] = []

    def cut(status: Status) -> None:
        seen.append(status.counts.states)
        raise KeyboardInterrupt

    found = search(forks(), say=cut)
    assert (seen, found.counts.terminal) == ([3], 0)


@pytest.mark.parametrize(("goal", "ends"), [(small, "nothing had to come about"), (at_the_top, "way on from it")])
def test_an_eventually_whose_goal_is_so_in_every_state_says_so(goal: Any, ends: str) -> None:  # noqa: ANN401 - as above
    (finding,) = search(counter(Eventually("arrives", ("n",), goal))).findings
    assert finding.verdict is Verdict.HOLDS
    assert finding.says.endswith(ends)


MODULE = """
from strandline.properties.engines.exhaust.world import *

def up(at): return {"n": at["n"] + 1} if at["n"] < 3 else None

def made(*laws): return World("counter", (Component("n", 0),), (Action("up", ("n",), ("n",), up, "it"),), laws)

no_laws, told = made(), made(AlwaysTold("never back", bool), Always("small", ("n",), lambda at: at["n"] < 9))
"""


def test_the_command_names_what_judged_nothing_in_text_and_in_the_evidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "judges_nothing.py").write_text(MODULE)
    says = {"no_laws": "no law is declared", "told": "never back: nothing was told"}
    for world, why in says.items():
        result = CliRunner().invoke(main, ["exhaust", f"judges_nothing:{world}"])
        assert result.exit_code == 3
        lines = result.stdout.splitlines()
        assert f"judged nothing: {why}" in lines
        assert "1 state in which nothing can happen" in lines
        document = json.loads((tmp_path / ".strandline" / "exhaust.json").read_text())
        assert document["version"] == 2
        assert document["claims"]["vacuous"] == [why]
        assert document["claims"]["verdict"] == "inconclusive"
        assert document["claims"]["counts"]["terminal"] == 1
