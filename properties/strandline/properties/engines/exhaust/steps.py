"""The steps of a world: each action's answers, and what they lead to, from one state or from many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from strandline.properties.engines.exhaust.entry import NOTHING
from strandline.properties.engines.exhaust.questions import WAYS_AGAIN, Question
from strandline.properties.engines.exhaust.reading import answered, kinds, outcome, require_write, says
from strandline.properties.engines.exhaust.tree import Lens, Tree, questioned
from strandline.properties.engines.exhaust.watching import current
from strandline.properties.engines.exhaust.ways import Overfull as Overfull  # noqa: PLC0414 - what a step may raise
from strandline.properties.engines.exhaust.ways import TooMany as TooMany  # noqa: PLC0414 - the same
from strandline.properties.engines.exhaust.ways import Ways
from strandline.properties.engines.exhaust.world import AlwaysTold, Outcome, Rank, SometimesTold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from strandline.properties.engines.exhaust.cells import Cells
    from strandline.properties.engines.exhaust.layout import Held
    from strandline.properties.engines.exhaust.reading import Handed
    from strandline.properties.engines.exhaust.tables import Ints
    from strandline.properties.engines.exhaust.world import Action, Value, World
    from strandline.properties.engines.exhaust.world import Writes as Written


class Moves(NamedTuple):
    """Steps of one action: from which of the states handed in, in which way, and to what."""

    action: int
    rows: Ints
    ways: Ints
    after: Ints


class Telling(NamedTuple):
    """What a way tells, and for each law of what is told how often that breaks it, and how often it shows it."""

    told: tuple[Value, ...]
    breaks: tuple[int, ...]
    shows: tuple[int, ...]


class Steps:
    """Asks the actions of a world; ``leading`` has what gives the answer of each for one state, with its ways."""

    def __init__(self, world: World, cells: Cells) -> None:
        """Ask these actions; what they write is numbered by these cells. Alike ones are asked once for all."""
        first: dict[str, ActionTable] = {}
        actions: list[ActionTable | Borrowed] = []
        for action in world.actions:
            alike = first.get(action.like[0]) if action.like is not None and world.symmetry is not None else None
            if alike is not None:
                actions.append(Borrowed(world, action, cells, alike))
                continue
            table = ActionTable(world, action, cells)
            actions.append(table)
            if action.like is not None:
                first[action.like[0]] = table
        self.actions = tuple(actions)
        self.leading = [(action.lead, action.ways) for action in actions]

    def expand(self, held: Held, most: int | None = None) -> list[Moves]:
        """Take every step from some states.

        Raises:
            Overfull: a number does not fit its field.
            TooMany: an action takes more steps than ``most`` from several states.
            WorldError: an action does not do what it declared.
        """
        return [Moves(place, *moved) for place, action in enumerate(self.actions) if (moved := action.move(held, most))]


class ActionTable:
    """An action, its answers, and the ways in which it goes."""

    def __init__(self, world: World, action: Action, cells: Cells) -> None:
        """Ask this action's function."""
        self.action = action
        self.who = f"action {action.name!r}"
        self.ways = Ways(cells)
        self._kinds = kinds(world)
        self._cells = cells
        self._laws = [law for law in world.laws if isinstance(law, (AlwaysTold, SometimesTold))]
        self._silent = Telling((), (0,) * len(self._laws), (0,) * len(self._laws))
        self._telling: dict[int, Telling] = {}
        self._breaking: dict[int, list[int]] = {}
        self._labels: dict[int, str] = {}
        names = self._kinds if action.writes is None else action.writes
        self._pools = {
            name: (cells.cell[name], cells.pools[cells.cell[name]])
            for name in names
            if not isinstance(self._kinds[name], Rank)
        }
        self.trie = questioned(self.who, cells, action.reads, self._answer)

    @property
    def lead(self) -> Callable[[Sequence[int]], int]:
        """Gives the answer for one state, whose cells hold these numbers."""
        return self.trie.lead

    @property
    def nbytes(self) -> int:
        """The bytes that the tables take."""
        return self.trie.nbytes + self.ways.nbytes

    def move(self, held: Held, most: int | None = None) -> tuple[Ints, Ints, Ints] | None:
        """Take this action wherever it can be taken; give the rows, the ways, and the states after.

        Raises:
            Overfull: a number does not fit its field.
            TooMany: these would be more steps than ``most``, from several states.
        """
        return self.ways.moved(held, *self.trie.walk(held), most)

    def telling(self, way: int) -> Telling:
        """Give what a way tells."""
        return self._telling.get(way, self._silent)

    def label(self, way: int) -> str:
        """Give how a way is told apart from others."""
        return self._labels.get(way, "")

    def breaking(self) -> list[tuple[int, list[int]]]:
        """Give the laws of what is told that this action breaks, by place, and the ways that do."""
        return sorted(self._breaking.items())

    def questions(self) -> tuple[Question, ...]:
        """Give a sample of what the action's function was asked, with the ways that it gave."""
        return tuple(
            Question(known, [tuple(one) for one in self._given(known, leaf)]) for known, leaf in self.trie.asked.taken()
        )

    def _given(self, known: Mapping[str, Value], leaf: int) -> Iterator[Outcome]:
        """Give what an answer was."""
        for way in self.ways.of(leaf)[:WAYS_AGAIN]:
            flat = self.ways.writes[way]
            writes: dict[str, Value] = {}
            for cell, number in zip(flat[::2], flat[1::2], strict=True):
                writes |= self._cells.written(cell, number, known)
            yield Outcome(writes, self.telling(way).told, self.label(way))

    def _answer(self, at: Handed) -> int:
        """Ask the action's function; keep what it gives, and give the number of that."""
        given = answered(self.who, self.action, at)
        if not given:
            return NOTHING
        look, first = current().look, len(self.ways.writes)
        ways: list[tuple[int, ...]] = []
        telling: dict[int, Telling] = {}
        labels: dict[int, str] = {}
        left = list(reversed(given))
        del given  # so that each way that was looked over is let go of: there may be millions
        for way in range(first, first + len(left)):
            one = left.pop()
            if way > first:
                look()
            if type(one) is dict:
                ways.append(self._numbered(one, at))
                continue
            writes, told, label = outcome(self.who, one)
            ways.append(self._numbered(writes, at))
            if told:
                telling[way] = self._judged(told)
            if label:
                labels[way] = label
        if telling:
            self._keep(telling)
        if labels:
            self._labels |= labels
        return self.ways.add(ways)

    def _keep(self, telling: dict[int, Telling]) -> None:
        """Keep what ways tell, and by law those that break it: that is asked of every part of a layer."""
        self._telling |= telling
        for way, one in telling.items():
            for place, breaks in enumerate(one.breaks):
                if breaks:
                    self._breaking.setdefault(place, []).append(way)

    def _numbered(self, writes: Written, at: Handed) -> tuple[int, ...]:
        """Number what a way writes.

        Raises:
            WorldError: it writes what the action did not declare, a value that can change, or a rank that is none.
        """
        flat: list[int] = []
        ranks: dict[int, dict[str, object]] = {}
        for name, value in writes.items():
            if name in self._pools:
                cell, pool = self._pools[name]
                flat += (cell, pool.written(value, self.who, name))
            else:
                require_write(self.action, name, value, self._kinds)
                ranks.setdefault(self._cells.cell[name], {})[name] = value
        for cell, written in ranks.items():
            names = at.known if self.action.reads is None else self.action.reads
            read = {name: at[name] for name in names if self._cells.cell[name] == cell}
            flat += (cell, self._cells.orders[cell].change(written, read, self.who))
        return tuple(flat)

    def _judged(self, told: tuple[Value, ...]) -> Telling:
        """Judge things told one by one: two tuples of different kinds may be equal, and not mean the same."""
        breaks, shows = [], []
        for law in self._laws:
            said = [says(law, one) for one in told]
            breaks.append(said.count(False) if isinstance(law, AlwaysTold) else 0)
            shows.append(said.count(True) if isinstance(law, SometimesTold) else 0)
        return Telling(told, tuple(breaks), tuple(shows))


class Borrowed:
    """An action whose answers are those of the first of some alike actors, with the two exchanged.

    That the actors are alike is tried on whole states; see :mod:`wholly`.
    """

    def __init__(self, world: World, action: Action, cells: Cells, first: ActionTable) -> None:
        """Borrow the answers of the first of those that are alike."""
        if world.symmetry is None or action.like is None or first.action.like is None or world.symmetry.renames:
            raise ValueError(f"action {action.name!r} is like none")
        one, other = (world.symmetry.blocks[place] for place in (first.action.like[1], action.like[1]))
        goes = dict(zip((*one, *other), (*other, *one), strict=True))
        self.action = action
        self.who = f"action {action.name!r}"
        self.ways = Ways(cells)
        self._lens = Lens(cells, goes)
        self._cells = cells
        self._there = {cells.cell[here]: cells.cell[there] for here, there in goes.items()}
        self._first = first
        self.telling, self.label, self.breaking = first.telling, first.label, first.breaking

    @property
    def trie(self) -> _Nothing:
        """What was asked for this action alone: nothing."""
        return _NOTHING

    @property
    def nbytes(self) -> int:
        """The bytes that the tables take."""
        return self.ways.nbytes

    def lead(self, numbers: Sequence[int]) -> int:
        """Give the answer for one state, whose cells hold these numbers."""
        leaf = self._answers.lead(numbers, self._lens)
        self._borrow()
        return leaf

    def move(self, held: Held, most: int | None = None) -> tuple[Ints, Ints, Ints] | None:
        """Take this action wherever it can be taken; give the rows, the ways, and the states after.

        Raises:
            Overfull: a number does not fit its field.
            TooMany: these would be more steps than ``most``, from several states.
        """
        found = self._answers.walk(held, self._lens)
        self._borrow()
        return self.ways.moved(held, *found, most)

    def questions(self) -> tuple[Question, ...]:
        """Give a sample of what the action's function was asked: nothing."""
        return ()

    @property
    def _answers(self) -> Tree:
        if not isinstance(self._first.trie, Tree):
            raise TypeError(f"action {self.action.name!r} declares what it reads, so its answers are its own")
        return self._first.trie

    def _borrow(self) -> None:
        """Take over the answers that are new."""
        first = self._first.ways
        for leaf in range(self.ways.leaves, first.leaves):
            self.ways.add([self._exchanged(first.writes[way]) for way in first.of(leaf)])

    def _exchanged(self, writes: tuple[int, ...]) -> tuple[int, ...]:
        flat: list[int] = []
        for cell, number in zip(writes[::2], writes[1::2], strict=True):
            order = self._cells.orders.get(cell)
            if order is None:
                flat += (self._there.get(cell, cell), number)
            else:
                flat += (cell, order.moved(number, self._lens.goes))
        return tuple(flat)


class _Nothing(NamedTuple):
    """Stands for the questions of an action that asks none."""

    asked: tuple[()] = ()
    peeks: int = 0
    reads: tuple[str, ...] = ()


_NOTHING = _Nothing()
