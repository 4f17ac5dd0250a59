"""A world of the model that is played step by step, for claims about its refreshes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from strandline.model.memo.days import Span
from strandline.model.memo.environment import put
from strandline.model.memo.events import Answered, Looked
from strandline.model.memo.oracle import Turn
from strandline.model.memo.refresh import holding
from strandline.model.memo.state import Connection, Scope, Task, Template, Window
from strandline.model.memo.world import init, step
from strandline.model.terms import Step, replace

if TYPE_CHECKING:
    from strandline.model.memo.events import Event, Holding
    from strandline.model.memo.memo import Memo
    from strandline.model.memo.state import World


REQUEST = 'turn{turn.id=%s}: websocket request: {"type": "response.create", "service_tier": "priority"}'


CHANGES = ("append", "delete", "replace", "reissue", "remove", "drop", "hang up", "fail", "busy", "start")


EVER, RECENT, ENDED = 0, 1, 2


SCOPE = Scope(
    windows=(Window(Span(None, None)), Window(Span(15, None)), Window(Span(None, 15), ended=True)),
    templates=(Template(10, "t", None, REQUEST % "p"), Template(20, "u", None, REQUEST % "q")),
    budget=tuple((name, 99) for name in CHANGES),
    refreshers=3,
    born_with=(0,),
)


class Play:
    """A world with refreshes in it, and all that has happened."""

    def __init__(self, scope: Scope = SCOPE) -> None:
        self.scope = scope
        self.world: World = init(scope)
        self.last: tuple[Event, ...] = ()

    def do(self, name: str, actor: int | None = None, arg: int = 0) -> Play:
        self.world, self.last = step(self.world, self.scope, Step(name, actor, arg))
        return self

    def let(self, actor: int, *gates: str) -> Play:
        for gate in gates:
            self.do(gate, actor)
        return self

    def begin(self, actor: int, *gates: str, window: int = EVER) -> Play:
        return self.do("start", actor, window).let(actor, *gates)

    def refresh(self, actor: int = 0, window: int = EVER) -> Play:
        """Let a refresh run from start to end while the others wait."""
        self.do("start", actor, window)
        for _ in range(30):
            phase = self.world.tasks[actor].phase
            if phase is None:
                return self
            self.do(phase, actor)
        raise AssertionError("a refresh does not end")

    def task(self, actor: int = 0) -> Task:
        return self.world.tasks[actor]

    def with_task(self, actor: int = 0, **changes: Any) -> Play:  # noqa: ANN401 - what a field holds
        """Put other values into a refresh."""
        self.world = put(self.world, actor, replace(self.task(actor), **changes))
        return self

    def with_idle(self, *connections: Connection) -> Play:
        """Put other connections into the places for kept ones."""
        self.world = replace(self.world, idle=connections)
        return self

    def memo(self) -> Memo:
        assert self.world.slot.memo is not None
        return self.world.slot.memo

    def held(self) -> Holding:
        """What is stored, as the laws see it; no law asks for the commit that it rests on."""
        assert self.world.slot.ghost is not None
        return holding(self.memo(), self.world.slot.ghost._replace(commit=0))

    def looked(self) -> Looked:
        (found,) = [event for event in self.last if isinstance(event, Looked)]
        return found

    def answer(self) -> Answered:
        (found,) = [event for event in self.last if isinstance(event, Answered)]
        return found


def names(event: Answered) -> list[str]:
    return [turn.turn for turn in event.turns if isinstance(turn, Turn)]


def happened(play: Play) -> list[type[Event]]:
    return [type(event) for event in play.last]


READ = ("locate", "connect", "read")
