"""Worlds of records: the tables count what the plain search of whole states counts, and refuse wrong declarations."""

from __future__ import annotations

import functools
import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strandline.model.terms import ACTORS, NEXT, WHOLE, Action, Names, Rank, replace
from strandline.properties.core.verdict import Verdict
from strandline.properties.engines import reference
from strandline.properties.engines.exhaust import engine
from strandline.properties.engines.exhaust import world as mapping
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.records import world
from strandline.properties.engines.exhaust.world import Always, Component, World, WorldError
from strandline.properties.engines.records.shape import Shape
from strandline.properties.engines.records.steps import space
from tests.properties.engines.exhaust import slowly
from tests.properties.engines.records.leases import ACTIONS, first, leases

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.engines.exhaust.found import Counts
    from strandline.properties.engines.exhaust.world import Reading

STATES_MAX: Final = 20_000


def counts(found: Counts | reference.Found) -> tuple[int, int, int]:
    return found.states, found.transitions, found.depth


def plainly(state: object, actions: tuple[Action, ...]) -> tuple[int, int, int]:
    return counts(reference.search(space(Shape(state), actions), (), STATES_MAX))


@pytest.mark.parametrize("clients", [1, 2, 3])
def test_the_tables_count_what_the_plain_search_of_whole_states_counts(clients: int) -> None:
    found = search(leases(clients, symmetric=False))
    assert counts(found.counts) == plainly(first(clients), ACTIONS)
    assert found.verdict is Verdict.HOLDS


def test_alike_actors_are_one_orbit_and_the_function_of_the_first_is_asked_for_all() -> None:
    found, alone = search(leases(3)), search(leases(3, symmetric=False))
    assert found.counts.states == slowly.orbits(slowly.graph(leases(3)))
    assert found.counts.calls == 18 < alone.counts.calls == 46


class Inner(NamedTuple):
    """A record in a record, which may be missing."""

    value: int = 0
    seen: Annotated[int, Rank("r")] = 0


class Pair(NamedTuple):
    one: int = 0
    other: int = 0


@dataclass(frozen=True)
class Actor:
    place: int = 0
    rank: Annotated[int, Rank("r")] = 0


@dataclass(frozen=True)
class Drawn:
    actors: Annotated[tuple[Actor, ...], ACTORS] = (Actor(), Actor())
    top: Annotated[int, Rank("r")] = 1
    maybe: Inner | None = None
    inner: Inner = Inner(0, 0)  # noqa: RUF009 - a frozen value
    pair: Annotated[Pair, WHOLE] = Pair(0, 0)  # noqa: RUF009 - a frozen value
    flag: bool = False


def guard(s: Drawn, me: int, what: int) -> bool:
    return (
        True,
        s.flag,
        s.actors[me].place == 1,
        s.maybe is None,
        s.actors[me].rank < s.top,
        s.inner == Inner(1, s.top),
        s.pair == Pair(1, 0),
        any(one.rank == s.top for one in s.actors),
    )[what]


def put(s: Drawn, me: int, actor: Actor) -> Drawn:
    return replace(s, actors=(*s.actors[:me], actor, *s.actors[me + 1 :]))


def effect(s: Drawn, me: int, what: int) -> Drawn:
    mine = s.actors[me]
    return (
        lambda: put(s, me, replace(mine, place=(mine.place + 1) % 3)),
        lambda: put(s, me, replace(mine, rank=NEXT)),
        lambda: replace(s, top=NEXT, flag=not s.flag),
        lambda: replace(s, maybe=Inner(mine.place, s.top)),
        lambda: replace(s, maybe=None, inner=replace(s.inner, value=1 - s.inner.value)),
        lambda: replace(s, inner=s.maybe or Inner(1, mine.rank)),
        lambda: replace(s, pair=Pair(mine.place, s.pair.one)),
        lambda: replace(s, actors=s.actors[::-1]),
        lambda: put(s, me, s.actors[1 - me]),
        lambda: Drawn(top=mine.rank),
    )[what]()


@dataclass(frozen=True)
class Acts:
    """A step that was drawn: its guard, and the ways in which it goes, each with an event."""

    guarded: int
    effects: tuple[int, ...]

    def __call__(self, s: Drawn, me: int) -> object:
        if not guard(s, me, self.guarded):
            return None
        return [(effect(s, me, what), ((what, s.flag),)) for what in self.effects]


acts = st.builds(Acts, st.integers(0, 7), st.lists(st.integers(0, 9), min_size=1, max_size=2).map(tuple))


def place_low(s: Drawn) -> bool:
    return s.actors[0].place + s.inner.value < 3


@settings(max_examples=60)
@given(st.lists(acts, min_size=1, max_size=4))
def test_drawn_systems_of_records_count_the_same_in_both_searches(drawn: list[Acts]) -> None:
    actions = tuple(Action(f"act {number}", take, "actors") for number, take in enumerate(drawn))
    plain = reference.search(space(Shape(Drawn()), actions), (), STATES_MAX)
    found = search(world("drawn", Drawn(), actions, (Always("low", holds=place_low),)))
    assert plain.complete
    assert counts(found.counts) == counts(plain)


class Ticks(NamedTuple):
    count: int = 0  # type: ignore[assignment] # it hides the method of tuples
    spare: int = 0


def tick(s: Ticks) -> Ticks | None:
    return replace(s, count=s.count + 1) if s.count < 3 else None


def test_a_contract_of_what_is_read_and_written_is_enforced() -> None:
    assert (
        search(world("ticks", Ticks(), (Action("tick", tick, reads=("count",), writes=("count",)),))).counts.states == 4
    )
    with pytest.raises(WorldError, match="action 'tick' read 'count', which it did not declare"):
        search(world("ticks", Ticks(), (Action("tick", tick, reads=("spare",)),)))
    with pytest.raises(WorldError, match="action 'tick' wrote 'count', which it did not declare"):
        search(world("ticks", Ticks(), (Action("tick", tick, writes=("spare",)),)))
    with pytest.raises(WorldError, match=r"reads 'cuont', and there is no such component \(did you mean 'count'\?\)"):
        world("ticks", Ticks(), (Action("tick", tick, reads=("cuont",)),))


def up(at: Reading) -> dict[str, int] | None:
    return {"count": at["count"] + 1} if at["count"] < 3 else None


def test_a_world_of_components_need_not_declare_what_is_read_and_written() -> None:
    declared = World("ticks", (Component("count", 0), Component("spare", 0)), (mapping.Action("up", take=up),))
    assert search(declared).counts.states == 4
    with pytest.raises(WorldError, match="action 'up' has no function"):
        World("ticks", (Component("count", 0),), (mapping.Action("up"),))


class Box(NamedTuple):
    ticks: Ticks = Ticks()
    again: Ticks = Ticks()


@functools.cache
def cached(ticks: Ticks) -> Ticks:
    return ticks


def keeps(s: Box) -> Box:
    return replace(s, again=cached(s.ticks))


def same(s: Box) -> Box | None:
    return None if s.ticks is s.again else replace(s, ticks=Ticks(1))


def typed(s: Box) -> Box | None:
    return replace(s, ticks=Ticks(1)) if type(s.ticks) is Ticks else None


def by_name(s: Box) -> Box | None:
    return replace(s, ticks=Ticks(1)) if type(s.ticks) == Ticks and not s.ticks.count else None  # noqa: E721 - wrong on purpose


def a_part(s: Box) -> Any:  # noqa: ANN401 - wrong on purpose
    return s.ticks


def a_number(s: Box) -> Any:  # noqa: ANN401 - wrong on purpose
    return replace(s, ticks=3)


def a_slip(s: Box) -> Any:  # noqa: ANN401 - wrong on purpose
    return replace(s, tacks=3)


def a_text(s: Box) -> Any:  # noqa: ANN401 - wrong on purpose
    return s, "told"


@pytest.mark.parametrize(
    ("take", "says"),
    [
        (keeps, "a record was given to cached, which is cached: cache functions of plain values"),
        (same, r"action 'act' compares by 'is' in test_records.py:\d+, which says nothing of records: use '=='"),
        (typed, "action 'act' compares by 'is'"),
        (by_name, "action 'act' could be taken when its state was whole: ticks.count = 0"),
        (a_part, "a step gave a Ticks, and a Box is wanted"),
        (a_number, "field 'ticks' holds a int, and a Ticks is wanted"),
        (a_slip, "a Box has no field 'tacks'"),
        (a_text, "gave events 'told', and a tuple of events is wanted"),
    ],
)
def test_what_lazy_records_would_answer_otherwise_is_refused(take: Callable[..., Any], says: str) -> None:
    with pytest.raises(WorldError, match=says):
        search(world("box", Box(), (Action("act", take),)))


@dataclass
class Thawed:
    count: int = 0


@dataclass(frozen=True)
class Wrong:
    actors: Annotated[int, ACTORS] = 0


@dataclass(frozen=True)
class Unknown:
    holder: Annotated[int, Names("actors")] = 0


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (Thawed(), "a Thawed is a dataclass that is not frozen"),
        (3, "a int is no frozen record"),
        (Wrong(), "field 'actors' of Wrong is marked ACTORS"),
        (Unknown(), "field 'holder' names actors of 'actors', which is no field of actors"),
    ],
)
def test_a_state_that_is_no_record_or_marked_wrongly_is_refused_by_name(state: object, says: str) -> None:
    with pytest.raises(WorldError, match=says):
        Shape(state)


def test_marks_may_be_given_from_outside() -> None:
    assert Shape(Ticks(), {Ticks: {"count": Rank("n")}}).orders == {"count": "n"}
    with pytest.raises(WorldError, match=r"no such field \(did you mean 'count'\?\)"):
        Shape(Ticks(), {Ticks: {"conut": Rank("n")}})


@pytest.mark.parametrize("one", [NEXT, ACTORS, WHOLE])
def test_a_mark_stays_itself_in_another_process(one: object) -> None:
    assert pickle.loads(pickle.dumps(one)) is one  # noqa: S301 - dumped just now
    assert mapping.NEXT is NEXT


def test_next_is_above_every_number() -> None:
    assert max(3, NEXT) is NEXT
    assert NEXT > 3
    assert not NEXT < 3
    assert NEXT > 3


@pytest.mark.parametrize("record", [Ticks(1, 2), Actor(1, 2)])
def test_replace_changes_fields_of_records_and_of_nothing_else(record: Ticks | Actor) -> None:
    name = "count" if isinstance(record, Ticks) else "place"
    assert getattr(replace(record, **{name: 7}), name) == 7
    with pytest.raises(TypeError):
        replace(record, none=1)
    with pytest.raises(TypeError, match="is no record"):
        replace(3, none=1)


class Seat(NamedTuple):
    ready: bool = False


@dataclass(frozen=True)
class Table:
    seats: Annotated[tuple[Seat, ...], ACTORS] = (Seat(), Seat(), Seat())
    turn: Annotated[int, Names("seats")] = 0


@dataclass(frozen=True)
class Room:
    seats: Annotated[tuple[Seat, ...], ACTORS] = (Seat(), Seat(), Seat())


S = TypeVar("S", Room, Table)


def seated(s: S, place: int) -> S:
    return replace(s, seats=(*s.seats[:place], Seat(ready=True), *s.seats[place + 1 :]))


def wake_another(s: Room, me: int) -> list[Any]:
    """Go as many ways as there are others asleep, each called by whom it wakes."""
    return [
        (seated(s, other), (("woken", other != me),)) for other in range(3) if other != me and not s.seats[other].ready
    ]


def all_asleep(s: Room) -> bool:
    return sum(seat.ready for seat in s.seats) < 2


def test_a_trace_by_borrowed_answers_is_one_of_the_actors_own_ways() -> None:
    made = world(
        "room",
        Room(),
        (Action("wake", wake_another, "seats"),),
        (Always("asleep", holds=all_asleep),),
        symmetric="seats",
    )
    (finding,) = search(made).findings
    whole = slowly.graph(made)
    assert [len(list(slowly.walked(whole, shown))) for shown in finding.traces] == [2]


def pass_on(s: Table, me: int) -> Table | None:
    return replace(seated(s, me), turn=(me + 1) % 3) if s.turn == me else None


def unfair(s: Room, me: int) -> Room | None:
    return seated(s, me) if me != 2 else None


def test_values_that_name_actors_are_renamed_and_actors_that_are_not_alike_are_refused() -> None:
    with pytest.raises(WorldError, match="actors that the symmetry calls alike are not"):
        search(world("table", Table(), (Action("pass", pass_on, "seats"),), symmetric="seats"))
    with pytest.raises(WorldError, match="action 'sit 2' could not be taken when its state was whole"):
        search(world("room", Room(), (Action("sit", unfair, "seats"),), symmetric="seats"))


def greedy(s: Room, me: int) -> Room | None:
    return seated(s, me) if not s.seats[me].ready and len(s.seats) == 3 else None


def test_the_search_says_which_function_asks_most_and_what_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "CALLS_MANY", 2)
    found = search(world("room", Room(), (Action("sit", greedy, "seats"),)))
    assert found.counts.costly == "action 'sit 0' asks most: 2 of 6 calls, for each value of seats.0.ready"
