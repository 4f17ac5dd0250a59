"""Claims about a live thread, step by step, on paper first."""

from __future__ import annotations

from strandline.model.threads.events import Answered, Began, Stalled
from strandline.model.threads.facts import Patch
from strandline.model.threads.state import Row, State, first
from strandline.model.threads.world import actions

ACTIONS = {action.name: action for action in actions()}


def play(state: State, *steps: str) -> tuple[State, list[object]]:
    """Take steps, each a name and perhaps a caller, or what became of an upsert, behind a colon."""
    events: list[object] = []
    for step in steps:
        name, _, more = step.partition(":")
        arguments: tuple[object, ...] = () if not more else (int(more),) if more.isdecimal() else (more,)
        found = ACTIONS[name].take(state, *arguments)
        assert found is not None, step
        state, told = found
        events += told
    return state, events


def wrote(kind: str, who: int = 0) -> tuple[str, ...]:
    return f"{kind}:{who}", f"write:{who}", f"observe:{who}"


def answers(events: list[object]) -> list[tuple[str, str]]:
    return [(one.call.kind, one.status) for one in events if isinstance(one, Answered) and one.call is not None]


def test_an_append_returns_with_nothing_in_the_row_and_the_row_follows() -> None:
    state, events = play(first(1, say=1), *wrote("say"))
    assert answers(events) == [("say", "done")]
    assert state.row is None
    assert state.heap == "pace"
    state, _ = play(state, "due", "land")
    assert state.row == Row(1, Patch(title=1, model=1, updated=1, recency=1))
    assert state.heap == ""


def test_a_flush_waits_for_what_there_was_and_for_no_later_line() -> None:
    state, events = play(first(2, say=2, flush=1), *wrote("say"), "flush:1", *wrote("say"), "land")
    assert answers(events) == [("say", "done"), ("say", "done"), ("flush", "done")]
    assert state.row is not None
    assert state.row.generation == 1


def test_what_failed_is_merged_under_what_came_since() -> None:
    steps = (*wrote("say"), "due", "rename:1", "write:1", "observe:1", "fail:not in the row")
    state, _ = play(first(2, say=1, rename=1, failures=1), *steps)
    assert state.work is not None
    assert state.work.patch == Patch(title=2, explicit=True, model=1, updated=2, recency=1)
    state, events = play(state, "land")
    assert answers(events) == [("rename", "done")]


def test_a_barrier_is_not_told_of_a_failure_that_began_before_it() -> None:
    state, events = play(first(2, say=1, flush=1, failures=1), *wrote("say"), "due", "flush:1", "fail:not in the row")
    assert answers(events) == [("say", "done")]
    _, events = play(state, "land")
    assert answers(events) == [("flush", "done")]


def test_shutdown_waits_for_the_line_that_is_being_written_and_lets_no_other_in() -> None:
    steps = ("say:0", "shutdown:1", "say:2", "write:0", "observe:0", "land")
    state, events = play(first(3, say=2, shutdown=1), *steps)
    assert answers(events) == [("say", "done"), ("say", "closed"), ("shutdown", "done")]
    assert state.released
    assert state.row is not None


def test_discard_waits_for_what_is_in_flight_and_leaves_no_row() -> None:
    steps = (*wrote("say"), "due", "discard:0", "land", "write:0", "observe:0", "land")
    state, events = play(first(1, say=1, discard=1), *steps)
    assert answers(events) == [("say", "done"), ("discard", "done")]
    assert (state.gone, state.row, state.released) == (True, None, True)


def test_a_row_of_lines_that_the_power_took_is_made_anew() -> None:
    steps = (*wrote("say"), *wrote("rename"), "lose power:in the row", "resume")
    state, events = play(first(1, say=1, rename=1, crashes=1, losses=1), *steps)
    assert [one.kind for one in events if isinstance(one, Began)][-1] == "refold"
    state, _ = play(state, "land", "land")
    assert state.row == Row(1, Patch(title=1, model=1, updated=1, recency=1))


def test_a_discard_that_was_killed_is_finished_by_a_resume() -> None:
    steps = (*wrote("say"), "due", "land", "discard:0", "write:0", "crash:not in the row")
    state, _ = play(first(1, say=1, discard=1, crashes=1), *steps)
    assert state.row is not None
    state, _ = play(state, "resume")
    assert state.row is None
    assert ACTIONS["resume"].take(state) is None


def test_the_death_of_the_worker_is_told_to_who_waits_and_appends_go_on() -> None:
    steps = (*wrote("say"), "flush:1", "die:not in the row", *wrote("say"))
    state, events = play(first(2, say=2, flush=1, deaths=1), *steps)
    assert answers(events) == [("say", "done"), ("flush", "dead"), ("say", "done")]
    assert not any(isinstance(one, Stalled) for one in events)
    assert len(state.lines) == 2


def test_nobody_is_answered_by_a_removed_database_that_nobody_has_looked_at() -> None:
    state, _ = play(first(1, say=1, flush=2, losses=1), *wrote("say"), "due", "land", "lose", "flush:0")
    assert state.work is not None
    assert state.work.kind == "refold"
    state, events = play(state, "land", "land")
    assert answers(events) == [("flush", "done")]
    assert state.row is not None
