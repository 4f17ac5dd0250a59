"""Answers a question once for each distinct value of the parts that it turns out to need."""

from __future__ import annotations

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

    __slots__ = ("_drawn", "known")

    def __init__(self, known: Mapping[str, Value], drawn: Mapping[object, Any] | None = None) -> None:
        """Know these; ``drawn`` are conclusions from some of them."""
        self.known = known
        self._drawn = dict(drawn or {})

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
    def drawn(self) -> Mapping[object, Any]:
        """The conclusions so far. Each stays as it is however much more becomes known."""
        return self._drawn

    def conclude(self, of: Asking[T]) -> T:
        """Give the answer of another function of these parts; it is not asked again when more of them are known.

        Raises:
            Unread: it needs a part that was not read yet.
        """
        if of not in self._drawn:
            self._drawn[of] = of(self.__getitem__)
        drawn: T = self._drawn[of]
        return drawn


class _Question(NamedTuple):
    """The part that is to be read next, what follows by its value, and what was concluded so far.

    What follows is found by the value, and quicker by its place in memory: values come from the pools of a search,
    which hand out the same object for what is equal, and to hash a memo takes longer than all else here. ``same``
    holds on to each object that it knows by its place, so that no other one comes to lie there.
    """

    part: str
    drawn: Mapping[object, Any]
    answers: dict[Value, _Question | _Answer]
    same: dict[int, tuple[Value, _Question | _Answer]]


class _Answer(NamedTuple):
    given: Any


class Asking(Generic[T]):
    """One function of parts, and its answers by what it needed of them."""

    def __init__(self, answer: Callable[[Parts], T], fixed: Mapping[str, Value]) -> None:
        """Ask this function; what is fixed is known to it from the start."""
        self._answer = answer
        self._fixed = fixed
        self._root: _Question | _Answer | None = None

    def __call__(self, read: Callable[[str], Any]) -> T:
        """Give the answer for these parts; each is read when it is first needed."""
        known = dict(self._fixed)
        node = self._root
        if node is None:
            node = self._root = self._grown(known, {})
        while isinstance(node, _Question):
            value = known[node.part] = read(node.part)
            seen = node.same.get(id(value))
            node = self._following(node, value, known) if seen is None else seen[1]
        given: T = node.given
        return given

    def _following(self, node: _Question, value: Value, known: Mapping[str, Value]) -> _Question | _Answer:
        following = node.answers.get(value)
        if following is None:
            following = node.answers[value] = self._grown(known, node.drawn)
        node.same[id(value)] = value, following
        return following

    def _grown(self, known: Mapping[str, Value], drawn: Mapping[object, Any]) -> _Question | _Answer:
        parts = Parts(dict(known), drawn)
        try:
            return _Answer(self._answer(parts))
        except Unread as unread:
            return _Question(unread.part, parts.drawn, {}, {})
