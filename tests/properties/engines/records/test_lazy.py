"""Lazy records: they answer as whole ones do, read no more than is asked, and write what was replaced."""

from __future__ import annotations

import copy
import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import pytest

from strandline.model.terms import ACTORS, NEXT, Rank, replace
from strandline.properties.core.declared import WorldError
from strandline.properties.engines.records.lazy import Source, solid, writes
from strandline.properties.engines.records.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Callable


class Point(NamedTuple):
    x: int = 1
    y: int = 2

    def sum(self) -> int:
        return self.x + self.y


@dataclass(frozen=True, slots=True, order=True)
class Actor:
    place: str = "home"
    rank: Annotated[int, Rank("r")] = 0

    @property
    def is_home(self) -> bool:
        return self.place == "home"


@dataclass(frozen=True)
class State:
    actors: Annotated[tuple[Actor, ...], ACTORS] = (Actor(), Actor("away", 2))
    point: Point = Point(1, 2)  # noqa: RUF009 - a frozen value
    maybe: Point | None = None
    top: Annotated[int, Rank("r")] = 2


class Reads(dict[str, Any]):
    """Hands out values, and knows which were asked for."""

    def __init__(self, parts: dict[str, Any]) -> None:
        super().__init__(parts)
        self.known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> object:
        self.known[name] = super().__getitem__(name)
        return self.known[name]


WHOLE: Final = State()


def lazy() -> tuple[Any, Source, Reads]:
    shape = Shape(WHOLE)
    reads = Reads(shape.first)
    source = Source(shape, reads)
    return source.state(), source, reads


def matched(s: State) -> str:
    match s.actors[1]:
        case Actor(place="away", rank=rank):
            return f"away {rank}"
        case _:
            return "elsewhere"


@pytest.mark.parametrize(
    "function",
    [
        lambda s: s.point.sum(),
        lambda s: [one.is_home for one in s.actors],
        lambda s: tuple(s.point),
        lambda s: [*s.point, len(s.point), s.point[1], s.point[-1:], 2 in s.point, s.point.index(2)],
        lambda s: (s.point + (3,), (0,) + s.point, s.point * 2),  # noqa: RUF005 - what is tried
        lambda s: dict(zip("xy", s.point, strict=True)),
        lambda s: (s.point == Point(1, 2), Point(1, 2) == s.point, s.point != (1, 2), s.point == s.point),
        lambda s: (s.actors[0] == Actor(), Actor() == s.actors[0], s.actors[0] == s.actors[1], s.actors[0] == 3),
        lambda s: sorted(s.actors, reverse=True),
        lambda s: max(s.actors),
        lambda s: {s.point, Point(1, 2)},
        lambda s: s.actors[::-1],
        lambda s: isinstance(s, State) and isinstance(s.point, Point),
        lambda s: s.maybe is None,
        lambda s: copy.copy(s.point),
        copy.deepcopy,
        lambda s: s.point._asdict(),
        lambda s: s.point._replace(x=7),
        lambda s: replace(s, point=replace(s.point, y=9), maybe=s.point),
        lambda s: replace(s, actors=(s.actors[1], replace(s.actors[0], rank=NEXT))),
        lambda s: (s.point.x, *s.point) if s.actors else None,
        matched,
    ],
)
def test_a_lazy_record_answers_as_a_whole_one_does(function: Callable[[Any], Any]) -> None:
    state, _, _ = lazy()
    assert solid(function(state)) == function(WHOLE)


def test_no_more_is_read_than_is_looked_at() -> None:
    state, _, reads = lazy()
    assert state.actors[1].place == "away"
    assert state.point != Point(5, 2)
    assert set(reads.known) == {"actors.1.place", "point.x", "point.y"}
    state, _, reads = lazy()
    assert state.actors[0] != Actor("elsewhere", 3)
    assert set(reads.known) == {"actors.0.place"}


def test_what_was_replaced_is_written_but_for_what_is_known_to_have_been_so() -> None:
    state, source, _ = lazy()
    assert writes(state, source) == {}
    assert writes(replace(state, top=NEXT, point=replace(state.point, x=4)), source) == {"top": NEXT, "point.x": 4}
    assert writes(replace(state, top=2), source) == {"top": 2}
    assert state.top == 2
    assert writes(replace(state, top=2), source) == {}
    assert writes(replace(state, maybe=state.point), source) == {"maybe": True, "maybe.x": 1, "maybe.y": 2}
    swapped = replace(state, actors=(state.actors[1], state.actors[0]))
    assert set(writes(swapped, source)) == {"actors.0.place", "actors.0.rank", "actors.1.place", "actors.1.rank"}


def test_a_number_of_the_real_code_s_own_is_next_if_it_is_above_all_that_was_read() -> None:
    state, source, _ = lazy()
    assert state.top == 2
    assert writes(replace(state, top=7), source, fresh=True) == {"top": NEXT}
    mine = replace(state.actors[0], rank=8)
    with pytest.raises(WorldError, match="top = 7: of order 'r' one number may be new"):
        writes(replace(state, top=7, actors=(mine, state.actors[1])), source, fresh=True)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda s: replace(s, none=1), "a State has no field 'none'"),
        (lambda s: replace(s.point, none=1), "a Point has no field 'none'"),
    ],
)
def test_a_field_that_is_not_there_cannot_be_replaced(function: Callable[[Any], Any], says: str) -> None:
    for state in (WHOLE, lazy()[0]):
        with pytest.raises(TypeError, match=says if state is not WHOLE else "none"):
            function(state)


def test_a_record_cannot_be_made_by_the_type_of_a_lazy_one() -> None:
    state, _, _ = lazy()
    kind: Any = type(state.point)
    with pytest.raises(WorldError, match="use replace of strandline"):
        dataclasses.replace(state, top=0)
    with pytest.raises(WorldError, match="use replace of strandline"):
        kind(1, 2)


def test_a_record_of_another_step_is_refused() -> None:
    state, source, _ = lazy()
    with pytest.raises(WorldError, match="a Point of an earlier step was given"):
        writes(replace(state, point=lazy()[0].point), source)
