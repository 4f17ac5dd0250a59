"""Answers a question once for each distinct value of the parts that it turns out to need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from strandline.properties.exhaust.world import Value

T = TypeVar("T")


class Unread(Exception):  # noqa: N818 - no error: it asks for a part
    """A part is needed that was not read yet."""

    def __init__(self, part: str) -> None:
        """Ask for it."""
        super().__init__(part)
        self.part = part


class Parts:
    """The parts that were read so far; to look at another one is to ask for it."""

    __slots__ = ("_begun", "known")

    def __init__(self, known: Mapping[str, Value], begun: Mapping[Asking[Any], _Walk] | None = None) -> None:
        """Know these; ``begun`` are other functions that were asked of some of them, each as far as it came."""
        self.known = known
        self._begun = dict(begun or {})

    def __getitem__(self, part: str) -> Any:  # noqa: ANN401 - a value of any type
        """Give a part.

        Raises:
            Unread: it was not read yet.
        """
        try:
            return self.known[part]
        except KeyError:
            raise Unread(part) from None

    @property
    def begun(self) -> Mapping[Asking[Any], _Walk]:
        """How far other functions came. They go on from there however much more becomes known."""
        return self._begun

    def conclude(self, of: Asking[T]) -> T:
        """Give the answer of another function of these parts; it goes on from where it wanted a part that was not read.

        Raises:
            Unread: it needs a part that was not read yet.
        """
        walk = self._begun.get(of)
        walk = self._begun[of] = of.begin() if walk is None else _Walk(walk.node, dict(walk.known))
        return of.go_on(walk, self.__getitem__)


class _Question(NamedTuple):
    """The part that is to be read next, what follows by its value, and how far other functions came by then.

    What follows is found by the value, and quicker by its place in memory: values come from the pools of a search,
    which hand out the same object for what is equal, and to hash a memo takes longer than all else here. ``same``
    holds on to each object that it knows by its place, so that no other one comes to lie there.
    """

    part: str
    begun: Mapping[Asking[Any], _Walk]
    answers: dict[Value, _Question | _Answer]
    same: dict[int, tuple[Value, _Question | _Answer]]


class _Answer(NamedTuple):
    given: Any


@dataclass(slots=True)
class _Walk:
    """How far a function was asked, and the parts that it has read by then."""

    node: _Question | _Answer
    known: dict[str, Value]


class Asking(Generic[T]):
    """One function of parts, and its answers by what it needed of them."""

    def __init__(self, answer: Callable[[Parts], T], fixed: Mapping[str, Value]) -> None:
        """Ask this function; what is fixed is known to it from the start."""
        self._answer = answer
        self._fixed = fixed
        self._root: _Question | _Answer | None = None

    def __call__(self, read: Callable[[str], Any]) -> T:
        """Give the answer for these parts; each is read when it is first needed."""
        return self.go_on(self.begin(), read)

    def begin(self) -> _Walk:
        """Ask the function of what is fixed."""
        if self._root is None:
            self._root = self._grown(self._fixed, {})
        return _Walk(self._root, dict(self._fixed))

    def go_on(self, walk: _Walk, read: Callable[[str], Any]) -> T:
        """Give the answer; if a part cannot be read, the walk stays where that is to be read next."""
        node, known = walk.node, walk.known
        while isinstance(node, _Question):
            value = known[node.part] = read(node.part)
            seen = node.same.get(id(value))
            node = walk.node = self._following(node, value, known) if seen is None else seen[1]
        given: T = node.given
        return given

    def _following(self, node: _Question, value: Value, known: Mapping[str, Value]) -> _Question | _Answer:
        following = node.answers.get(value)
        if following is None:
            following = node.answers[value] = self._grown(known, node.begun)
        node.same[id(value)] = value, following
        return following

    def _grown(self, known: Mapping[str, Value], begun: Mapping[Asking[Any], _Walk]) -> _Question | _Answer:
        parts = Parts(dict(known), begun)
        try:
            return _Answer(self._answer(parts))
        except Unread as unread:
            return _Question(unread.part, parts.begun, {}, {})
