"""Answers a question once for each distinct value of the parts that it turns out to need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from strandline.properties.engines.exhaust.world import Value

T = TypeVar("T")


class Unread(Exception):  # noqa: N818 - no error: it asks for a part
    """A part is needed that was not read yet."""

    def __init__(self, part: str) -> None:
        """Ask for it."""
        super().__init__(part)
        self.part = part


class Parts:
    """The parts that were read so far; to look at another one is to ask for it."""

    __slots__ = ("drawn", "known")

    def __init__(self, known: Mapping[str, Value], drawn: Mapping[object, Any] | None = None) -> None:
        """Know these; ``drawn`` are conclusions from some of them, which stay however much more becomes known."""
        self.known = known
        self.drawn = dict(drawn or {})

    def __getitem__(self, part: str) -> Any:  # noqa: ANN401 - a value of any type
        """Give a part.

        Raises:
            Unread: it was not read yet.
        """
        try:
            return self.known[part]
        except KeyError:
            raise Unread(part) from None

    def conclude(self, of: Asking[T]) -> T:
        """Give the answer of another function of these parts; it is not asked again when more of them are known.

        Raises:
            Unread: it needs a part that was not read yet.
        """
        if of not in self.drawn:
            self.drawn[of] = of(self.__getitem__)
        drawn: T = self.drawn[of]
        return drawn


class _Question(NamedTuple):
    """The part that is to be read next, what was concluded by then, and what follows by the part's value."""

    part: str
    drawn: Mapping[object, Any]
    answers: dict[Value, _Question | _Answer]


class _Answer(NamedTuple):
    given: Any


class Asking(Generic[T]):
    """One function of parts, and its answers by what it needed of them."""

    def __init__(self, answer: Callable[[Parts], T]) -> None:
        """Ask this function."""
        self._answer = answer
        self._root: _Question | _Answer | None = None

    def __call__(self, read: Callable[[str], Any]) -> T:
        """Give the answer for these parts; each is read when it is first needed."""
        known: dict[str, Value] = {}
        node = self._root
        if node is None:
            node = self._root = self._grown(known, {})
        while isinstance(node, _Question):
            value = known[node.part] = read(node.part)
            following = node.answers.get(value)
            if following is None:
                following = node.answers[value] = self._grown(known, node.drawn)
            node = following
        given: T = node.given
        return given

    def _grown(self, known: Mapping[str, Value], drawn: Mapping[object, Any]) -> _Question | _Answer:
        parts = Parts(dict(known), drawn)
        try:
            return _Answer(self._answer(parts))
        except Unread as unread:
            return _Question(unread.part, parts.drawn, {})
