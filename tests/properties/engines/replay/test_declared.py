"""A trace of a declared world is a trace file like any other: it is written, read, taken again, and judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.found import Budget
from strandline.properties.engines.exhaust.report import Chosen, Terms, gather
from strandline.properties.engines.exhaust.traced import Files, files
from strandline.properties.engines.exhaust.walking import Walk
from strandline.properties.engines.exhaust.world import (
    NEXT,
    Action,
    Always,
    AlwaysTold,
    Component,
    NoDeadlock,
    Outcome,
    Rank,
    Sometimes,
    World,
    WorldError,
)
from strandline.properties.engines.replay.declared import declared
from strandline.properties.engines.replay.replaying import Asked, Taken, take
from strandline.properties.evidence.replay import (
    BYTES_MAX,
    CHANGES_MAX,
    STEPS_MAX,
    VALUE_MAX,
    BadTraceError,
    Step,
    TraceFile,
    encode_file,
    is_own,
    parse,
)
from tests.properties.engines.exhaust import misdeclared, slowly
from tests.properties.engines.exhaust.crossroads import Road, crossroads
from tests.properties.engines.exhaust.known.alternating_bit import alternating_bit
from tests.properties.engines.exhaust.known.increment import increment
from tests.properties.engines.exhaust.known.peterson import peterson, spin_lock
from tests.properties.engines.exhaust.known.philosophers import philosophers
from tests.properties.engines.exhaust.known.termination import termination
from tests.properties.engines.exhaust.known.two_phase import two_phase
from tests.properties.engines.exhaust.test_maps import roads

if TYPE_CHECKING:
    from strandline.properties.core.verdict import Exhibit
    from strandline.properties.engines.exhaust.world import Law, Outcomes, Reading


def read(me: str, at: Reading) -> Outcomes:
    """Look at the source, and remember which memo stood there then."""
    return (
        {f"{me} is": "storing", f"{me} saw": at["version"], f"{me} has": at["source"]}
        if at[f"{me} is"] == "idle"
        else ()
    )


def store(me: str, at: Reading) -> Outcomes:
    if at[f"{me} is"] == "idle":
        return None
    idle = {f"{me} is": "idle", f"{me} saw": 0, f"{me} has": 0}
    stored = Outcome(idle | {"memo": at[f"{me} has"], "version": NEXT}, (at[f"{me} has"] >= at["memo"],), "stored")
    return (stored, Outcome(idle, (), "gone")) if at["version"] == at[f"{me} saw"] else (stored,)


def change(_at: Reading) -> Outcomes:
    return {"source": NEXT}


def memo() -> World:
    """Two write back what they read, the slower one too: numbers of two orders that only grow."""
    parts: list[Component | Rank] = [Rank("source", "data"), Rank("memo", "data"), Rank("version", "stores", 3)]
    actions = [Action("change", (), ("source",), change)]
    for me in ("A", "B"):
        mine = (f"{me} is", f"{me} has", f"{me} saw")
        parts += [Component(mine[0], "idle"), Rank(mine[1], "data"), Rank(mine[2], "stores")]
        actions.append(Action(f"{me} reads", (mine[0], "source", "version"), mine, partial(read, me), me))
        actions.append(
            Action(f"{me} stores", (*mine, "memo", "version"), (*mine, "memo", "version"), partial(store, me), me)
        )
    return World("memo", tuple(parts), tuple(actions), (AlwaysTold("never back", bool),))


def leaving(*laws: Law) -> World:
    """Somebody takes a step, nobody in particular takes another one, and that is the end."""
    actions = crossroads(Road("out", "one", "start", "bad"), Road("on", None, "bad", "end")).actions
    return World("leaving", (Component("place", "start"),), actions, laws)


BROKEN = {
    "ranks": memo(),
    "lost update": increment(2),
    "lost update, threads alike": increment(3, alike=True),
    "Peterson, selfish": peterson(selfish=True),
    "Peterson, flags alone": peterson(flags_alone=True),
    "a spin lock": spin_lock(),
    "philosophers that eat once": philosophers(3, ordered=False, once=True),
    "a philosopher starves": philosophers(3, ordered=True, once=False),
    "node 0 never turns white": termination(3, still_black=True),
    "a stain unseen": termination(3, unseen=True),
    "always something is lost": alternating_bit(),
    "a message is sent once and lost": alternating_bit(once=True),
}

WALKED = {**BROKEN, "two-phase commit": two_phase(3), "Peterson": peterson(), "sound": misdeclared.sound()}


def taken_whole(world: World, file: TraceFile, until: int | None = None) -> Taken:
    return take(declared(world, file), file, Asked(until=until))


def retake(world: World, file: TraceFile, until: int | None = None) -> Exhibit:
    return taken_whole(world, file, until).exhibit


def written(world: World, several: int = 1) -> Files:
    """Search a world, and write down what was found."""
    terms = Terms(Budget(), several)
    found = search(world, terms.budget, several=several)
    chosen = Chosen(world.name, "here:world", world, {})
    return files(gather(chosen, terms, found, datetime.now(UTC), 0.0).claims)


def traces(world: World) -> list[TraceFile]:
    return [parse(data) for data in written(world).written.values()]


def broken(exhibit: Exhibit) -> tuple[bool, int, str]:
    return exhibit.broken, exhibit.fits, exhibit.why


@pytest.mark.parametrize("name", WALKED)
def test_a_walk_takes_the_steps_of_the_world_spelled_out_and_no_others(name: str) -> None:
    whole = slowly.graph(WALKED[name])
    walk = Walk(whole.spelled.world)
    names = [component.name for component in whole.spelled.world.components]
    assert tuple(walk.first[one] for one in names) == whole.spelled.first
    for state, steps in whole.steps.items():
        here = dict(zip(names, state, strict=True))
        taken = [
            (action.name, way, tuple(walk.after(action, here, outcome)[one] for one in names))
            for action in walk.world.actions
            for way, outcome in enumerate(walk.ways(action, here))
        ]
        assert taken == [(step.action.name, step.way, step.after) for step in steps]


@pytest.mark.parametrize("name", BROKEN)
def test_what_a_search_finds_is_written_read_and_breaks_the_law_again_at_its_last_step(name: str) -> None:
    world = BROKEN[name]
    found = traces(world)
    assert found
    for file in found:
        exhibit = retake(world, file)
        assert broken(exhibit) == (True, len(file.steps), "")
        assert is_own(file)
        assert [(frame.title, [*frame.changes]) for frame in exhibit.frames] == [
            (step.says, [(one.what, one.before, one.after) for one in step.changed]) for step in file.steps
        ]
        early = [retake(world, replace_steps(file, count)) for count in range(len(file.steps))]
        assert not any(exhibit.broken for exhibit in early)  # it was a shortest one


def replace_steps(file: TraceFile, count: int) -> TraceFile:
    """Leave so many steps, and no round."""
    return TraceFile(file.format, file.version, file.subject, file.world, file.law, file.first, file.steps[:count])


@settings(max_examples=60)
@given(roads, st.sets(st.integers(0, 9)))
def test_a_map_drawn_by_chance_breaks_its_laws_again(drawn: list[Road], stopped: set[int]) -> None:
    world = crossroads(*drawn, stops=tuple(road.name for number, road in enumerate(drawn) if number in stopped))
    for file in traces(world):
        assert broken(retake(world, file)) == (True, len(file.steps), "")


ROUND = (Road("to", "one", "start", "turn"), Road("fro", "other", "turn", "start"))


def rounds(
    *more: Road, stops: tuple[str, ...] = (), names: tuple[str, ...] = ("to", "fro"), loop: int | None = 0
) -> Exhibit:
    """Take a round on a map."""
    world = crossroads(*ROUND, *more, stops=stops)
    actors = {road.name: road.actor for road in (*ROUND, *more)}
    steps = tuple(Step(name, actors[name]) for name in names)
    return retake(
        world, TraceFile("strandline trace", 2, "world:here:world", world.name, "arrives", (), steps, loop=loop)
    )


def test_a_round_is_one_that_leads_back_and_goes_on_in_a_quiet_world() -> None:
    assert rounds().broken
    assert rounds().ending == ("What goes round for ever: the last 2 steps.",)
    assert rounds(loop=0, names=("to", "fro", "to")).judged == 0
    assert rounds(stops=("fro",)).judged == 0
    assert rounds(loop=1, names=("to", "fro", "to")).broken


def test_a_round_that_has_come_to_an_end_breaks_the_law_by_its_end() -> None:
    exhibit = rounds(Road("off", "one", "start", "away"), names=("to", "fro", "off"), loop=1)
    assert (exhibit.broken, exhibit.ending) == (True, ("Nobody has anything to do here.", "place: 'away'"))


@pytest.mark.parametrize(("subject", "loop"), [("world:here:world", 2), ("world:here:world", 1_000), ("shipped", 0)])
def test_a_round_of_no_steps_and_one_of_the_scanner_are_no_trace(subject: str, loop: int) -> None:
    steps = (Step("to", "r1"), Step("fro", "r1"))
    file = TraceFile("strandline trace", 2, subject, "w", "M5", (), steps, loop=loop)
    with pytest.raises(BadTraceError, match=f"a round that begins after step {loop} is none of its 2 steps"):
        parse(encode_file(file))


def test_what_stops_keeps_no_end_going_and_nobody_waits_for_it() -> None:
    """A world is at its end when all that could still happen has stopped, and so has what a round passes over."""
    end = Road("out", "one", "start", "away"), Road("noise", "other", "away", "away")
    assert rounds(*end, names=("out",), stops=("noise",), loop=None).broken
    assert rounds(*end, names=("out",), loop=None).judged == 0
    ready = Road("out", "third", "start", "away"), Road("out as well", "third", "turn", "away")
    assert rounds(*ready, stops=("out", "out as well")).broken
    assert rounds(*ready, stops=("out",)).broken
    assert not rounds(*ready).broken


def test_a_round_that_comes_by_the_goal_or_passes_somebody_over_breaks_nothing() -> None:
    by_the_goal = (Road("up", "one", "start", "goal"), Road("down", "one", "goal", "start"))
    exhibit = rounds(*by_the_goal, names=("up", "down"))
    assert (exhibit.broken, exhibit.judged) == (False, 1)
    ready = (Road("out", "third", "start", "goal"), Road("out as well", "third", "turn", "goal"))
    assert (rounds(*ready).broken, rounds(*ready).judged) == (False, 0)  # no world that is fair goes on like that
    assert rounds(*ready[:1]).broken  # at the turn there is nothing that the third one could do
    assert rounds(*(road._replace(actor=None) for road in ready)).broken


def taken(world: World, law: str, *steps: Step, until: int | None = None) -> Exhibit:
    return retake(world, TraceFile("strandline trace", 2, "world:here:world", world.name, law, (), steps), until)


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (Step("fly", "one"), "no action has this name"),
        (Step("to", "other"), "it is one who takes it"),
        (Step("to"), "it is one who takes it"),
        (Step("fro", "other"), "it cannot happen here"),
        (Step("to", "one", 1), "it can go 1 way here, and this would be number 1"),
        (Step("to", "one", -1), "it can go 1 way here, and this would be number -1"),
    ],
)
def test_a_step_that_does_not_fit_says_why_and_nothing_after_it_is_taken(step: Step, why: str) -> None:
    exhibit = taken(crossroads(*ROUND), "not there", step, Step("to", "one"))
    assert broken(exhibit) == (False, 0, why)


def test_laws_of_states_of_what_is_told_and_of_ends_are_judged_where_they_can_break() -> None:
    out, on = Step("out", "one"), Step("on")
    world = leaving(
        Always("in", ("place",), lambda at: at["place"] != "bad"),
        AlwaysTold("not told", lambda told: told != "bad"),
        NoDeadlock("goes on", ("place",), lambda at: at["place"] == "home"),
        Sometimes("away", ("place",), lambda at: at["place"] == "end"),
    )
    for law, looked in (("in", "place: 'bad'"), ("not told", "told: 'bad'")):
        exhibit = taken(world, law, out, on)
        assert (exhibit.broken, exhibit.at, exhibit.ending) == (True, 1, (looked,))
    at_once = taken(leaving(Always("never", ("place",), lambda _at: False)), "never", out, on)
    assert (at_once.broken, at_once.at, at_once.ending) == (True, None, ("place: 'start'",))
    assert taken(world, "in").judged == 1  # the first state
    assert taken(world, "not told").judged == 0
    assert [taken(world, "goes on", *(out, on)[:count]).judged for count in range(3)] == [1, 1, 1]
    assert [taken(world, "goes on", *(out, on)[:count]).broken for count in range(3)] == [False, False, True]
    assert taken(world, "goes on", out, on).ending == ("Nobody has anything to do here.", "place: 'end'")
    assert taken(world, "goes on", out, on, until=1).judged == 0
    assert taken(world, "away", out, on).judged == 0  # what must sometimes be, no trace breaks
    with pytest.raises(KeyError, match="no such law"):
        taken(world, "no such law")


@pytest.mark.parametrize(
    ("world", "says"),
    [
        (misdeclared.undeclared_read(), "action 'act' read 'other', which it did not declare"),
        (misdeclared.raising_action(), "action 'act' raised"),
        (misdeclared.unread_rank(), "action 'act' wrote 5 to rank 'slot', and read no such rank"),
    ],
)
def test_a_function_that_breaks_its_declaration_is_named(world: World, says: str) -> None:
    ticks = [Step("tick", "clock")] * misdeclared.LAPS
    with pytest.raises(WorldError, match=says):
        taken(world, world.laws[0].name, *ticks, Step("act", "actor"))


def count_to(limit: int, at: Reading) -> Outcomes:
    return {"n": at["n"] + 1} if at["n"] < limit else None


def below(limit: int, at: Reading) -> bool:
    return bool(at["n"] < limit)


def counter(limit: int, *names: str, action: str = "up") -> World:
    laws = tuple(Always(name, ("n",), partial(below, limit)) for name in names)
    return World("counter", (Component("n", 0),), (Action(action, ("n",), ("n",), partial(count_to, limit)),), laws)


def test_names_of_files_differ_where_those_of_laws_do_if_only_in_a_sign_or_in_capitals() -> None:
    names = list(written(counter(3, "a b", "a/b", "A B", "a b-2")).written)
    assert names == ["a-b-here-world.json", "a-b-here-world-2.json", "A-B-here-world-3.json", "a-b-2-here-world.json"]
    two_ways = crossroads(Road("a", "one", "start", "bad"), Road("b", "two", "start", "bad"))
    assert len(written(two_ways, several=2).written) == 2 * len(two_ways.laws)


def test_a_trace_that_no_file_can_hold_is_told_and_the_others_are_written() -> None:
    far = counter(STEPS_MAX + 1, "far")
    found = written(replace(far, laws=(*far.laws, Always("near", ("n",), partial(below, 1)))))
    assert list(found.written) == ["near-here-world.json"]
    (line,) = found.unwritable
    assert line == "no trace file for law 'far': a trace file has at most 1,000 steps, and this trace 1,001"
    (line,) = written(counter(1, "x", action="a" * 201)).unwritable
    assert "a trace file has names of 1 to 200 characters" in line
    assert written(counter(1, "")).unwritable


def spread(at: Reading) -> Outcomes:
    """Change more parts than a trace file tells of, by a way with a longer name than it holds."""
    names = ("n", *(f"c{number}" for number in range(60)))
    return Outcome(dict.fromkeys(names, 1), (), "x" * 3_000) if at["n"] == 0 else None


def test_a_trace_of_which_a_file_holds_only_a_part_does_not_drift_for_that() -> None:
    names = tuple(f"c{number}" for number in range(60))
    parts = (Component("n", 0), *(Component(name, 0) for name in names))
    low = Always("low", ("n",), partial(below, 1))
    world = World("wide", parts, (Action("spread", ("n",), ("n", *names), spread),), (low,))
    (file,) = traces(world)
    (frame,) = retake(world, file).frames
    assert (len(frame.changes), len(frame.title)) == (CHANGES_MAX, VALUE_MAX)
    assert frame == taken_whole(world, file).written[0]
    assert taken_whole(world, file).drifted is None


def fill(at: Reading) -> Outcomes:
    return (
        {"n": at["n"] + 1} | {f"c{number}": "x" * 2_000 + str(at["n"]) for number in range(49)}
        if at["n"] < 20
        else None
    )


def test_a_trace_of_large_values_stays_within_what_is_read_or_is_told() -> None:
    names = tuple(f"c{number}" for number in range(49))
    parts = (Component("n", 0), *(Component(name, "") for name in names))
    world = World(
        "large", parts, (Action("fill", ("n",), ("n", *names), fill),), (Always("low", ("n",), partial(below, 20)),)
    )
    found = written(world)
    assert found.written == {}
    assert found.unwritable == (f"no trace file for law 'low': it would have more than {BYTES_MAX:,} bytes",)
