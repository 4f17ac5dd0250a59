"""What a state is made of: the components of a frozen record, by its fields and their marks.

A component is named by its path: ``clients.0.token`` is the field ``token`` of the first record in ``clients``.
"""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeAlias, Union, get_args, get_origin, get_type_hints

from strandline.model.terms import ACTORS, WHOLE, Names, Rank
from strandline.properties.core.declared import WorldError
from strandline.properties.core.nearest import meant

Kind: TypeAlias = Literal["leaf", "rank", "record", "maybe", "actors"]
"""What a field is: one value, a rank, a record, a record or None, a tuple of records, one for each actor."""

Marks: TypeAlias = Mapping[type, Mapping[str, object]]
"""Marks that are given from outside: by the class of a record, and the name of a field."""

Thing: TypeAlias = Any
"""What a system is made of: a state, a record, a class of records, an object; only the system knows its type."""

Parts: TypeAlias = dict[str, Any]
"""The values of components, by their paths."""

DEPTH_MAX: Final = 20
"""How deep records may lie in records; one that holds itself is refused by it."""


class Field(NamedTuple):
    """A field of a record: ``type`` is that of the records in it, ``order`` of a rank, ``actors`` whom it names."""

    name: str
    kind: Kind
    type: Any = None
    order: str = ""
    actors: str = ""


class Shape:
    """The components of a state; every state of a world has the same ones.

    ``counts`` tells how many actors each field holds, ``blocks`` the components of each actor. ``orders`` gives the
    order of each rank and ``paths`` the way to it, ``named`` the actors that a component names, and ``first`` the value
    of each component.
    """

    def __init__(self, first: object, marks: Marks | None = None) -> None:
        """Take a state apart.

        Args:
            first: the first state.
            marks: marks beside those that the types of the fields bear.

        Raises:
            WorldError: it is no frozen record, or a mark does not fit its field; the field is named.
        """
        self.record = first
        self.marks = dict(marks or {})
        self.cls: Any = type(first)
        self.counts: dict[str, int] = {}
        self.orders: dict[str, str] = {}
        self.paths: dict[str, tuple[str | int, ...]] = {}
        self.named: dict[str, str] = {}
        self.blocks: dict[str, list[list[str]]] = {}
        self.lazy_types: dict[type, Any] = {}
        self._fields: dict[type, tuple[Field, ...]] = {}
        self._walk(first, self.cls, "", [], 0)
        for path, actors in self.named.items():
            if actors not in self.counts:
                raise WorldError(f"field {path!r} names actors of {actors!r}, which is no field of actors")
        self.first = self.parts(first)

    def __reduce__(self) -> tuple[type[Shape], tuple[object, Marks]]:
        """Be made anew in another process: classes that are made here stay here."""
        return Shape, (self.record, self.marks)

    @property
    def classes(self) -> tuple[type, ...]:
        """The classes of the records in a state."""
        return tuple(self._fields)

    def fields(self, cls: Thing) -> tuple[Field, ...]:
        """Give the fields of a record."""
        if cls not in self._fields:
            self._fields[cls] = tuple(_fields(cls, self.marks.get(cls, {})))
        return self._fields[cls]

    def parts(self, state: object) -> Parts:
        """Take a whole state apart.

        Raises:
            WorldError: a field holds what its type does not say.
        """
        return dict(self._parts(state, self.cls, ""))

    def whole(self, parts: Mapping[str, Thing]) -> Thing:
        """Put a state together from all of its components."""
        return self._whole(parts, self.cls, "")

    def named_by(self, patterns: Iterable[str], who: str) -> tuple[str, ...]:
        """Give the components that are meant: by their paths, by what they lie below, with a star for every actor.

        Raises:
            WorldError: there is none of that name; ``who`` named it.
        """
        meaning: dict[str, None] = {}
        for pattern in patterns:
            wanted = re.compile(re.escape(pattern).replace(r"\*", "[0-9]+") + r"(\..*)?")
            found = [name for name in self.first if wanted.fullmatch(name)]
            if not found:
                stars = {re.sub(r"\b[0-9]+\b", "*", name) for name in self.first}
                raise WorldError(f"{who} {pattern!r}, and there is no such component{meant(pattern, stars)}")
            meaning |= dict.fromkeys(found)
        return tuple(meaning)

    def ranks(self, state: object) -> dict[str, Any]:
        """Give the ranks of a whole state."""
        return {name: _at(state, path) for name, path in self.paths.items()}

    def _walk(self, held: Thing, cls: Thing, path: str, blocks: list[list[str]], depth: int) -> None:
        if depth > DEPTH_MAX:
            raise WorldError(f"field {path.rstrip('.')!r} lies more than {DEPTH_MAX} records deep")
        for field in self.fields(cls):
            here, value = path + field.name, None if held is None else getattr(held, field.name)
            if field.kind == "actors":
                self._walk_actors(value, field, here, blocks, depth)
                continue
            if field.kind != "record":
                for block in blocks:
                    block.append(here)
            if field.kind in ("record", "maybe"):
                self._walk(value, field.type, f"{here}.", blocks, depth + 1)
            elif field.kind == "rank":
                self.orders[here] = field.order
                self.paths[here] = tuple(int(step) if step.isdigit() else step for step in here.split("."))
            elif field.actors:
                self.named[here] = field.actors

    def _walk_actors(self, value: object, field: Field, here: str, blocks: list[list[str]], depth: int) -> None:
        if not isinstance(value, tuple) or not value:
            raise WorldError(f"field {here!r} is marked ACTORS, and holds no tuple of records at first")
        self.counts[here], self.blocks[here] = len(value), [[] for _ in value]
        for place, one in enumerate(value):
            self._walk(one, field.type, f"{here}.{place}.", [*blocks, self.blocks[here][place]], depth + 1)

    def _parts(self, held: Thing, cls: Thing, path: str) -> Iterator[tuple[str, Thing]]:
        if held is not None:
            require_kind(held, cls, path)
        for field in self.fields(cls):
            here, value = path + field.name, None if held is None else getattr(held, field.name)
            if field.kind == "actors":
                for place, one in enumerate(actors_in(value, self.counts[here], here)):
                    yield from self._parts(one, field.type, f"{here}.{place}.")
                continue
            if field.kind == "maybe":
                yield here, value is not None
            if field.kind in ("record", "maybe"):
                yield from self._parts(value, field.type, f"{here}.")
            else:
                yield here, rank_of(value) if field.kind == "rank" else value

    def _whole(self, parts: Mapping[str, Thing], cls: Thing, path: str) -> Thing:
        values: list[Any] = []
        for field in self.fields(cls):
            here = path + field.name
            if field.kind == "actors":
                several = (self._whole(parts, field.type, f"{here}.{place}.") for place in range(self.counts[here]))
                values.append(tuple(several))
            elif field.kind == "record" or (field.kind == "maybe" and parts[here]):
                values.append(self._whole(parts, field.type, f"{here}."))
            else:
                values.append(None if field.kind == "maybe" else parts[here])
        return cls(*values) if issubclass(cls, tuple) else cls(**_by_name(self.fields(cls), values))


def _at(held: Any, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401 - a state, and a rank in it
    for step in path:
        if held is None:
            return 0
        held = held[step] if isinstance(step, int) else getattr(held, step)
    return rank_of(held)


def is_record(kind: object) -> bool:
    """Tell whether a type is one of records: a dataclass or a NamedTuple."""
    return isinstance(kind, type) and (
        dataclasses.is_dataclass(kind) or (issubclass(kind, tuple) and hasattr(kind, "_fields"))
    )


def require_kind(value: object, cls: type, path: str) -> None:
    """Refuse what is no record of this class.

    Raises:
        WorldError: it is none; the field is named.
    """
    if not isinstance(value, cls):
        where = f"field {path.rstrip('.')!r} holds" if path else "a step gave"
        raise WorldError(f"{where} a {type(value).__name__}, and a {cls.__name__} is wanted")


def actors_in(value: object, count: int, path: str) -> tuple[Any, ...]:
    """Give the records of the actors in a field.

    Raises:
        WorldError: there are not so many as at first.
    """
    if not isinstance(value, tuple) or len(value) != count:
        raise WorldError(f"field {path!r} is to hold a tuple of {count} actors, always as many")
    return value


def rank_of(value: Thing) -> Thing:
    """Give a rank; none is 0."""
    return 0 if value is None else value


def _by_name(fields: tuple[Field, ...], values: list[Any]) -> dict[str, Any]:
    return {field.name: value for field, value in zip(fields, values, strict=True)}


def _fields(cls: Thing, marks: Mapping[str, object]) -> Iterator[Field]:
    if not is_record(cls):
        raise WorldError(f"a {cls.__name__} is no frozen record: a frozen dataclass or a NamedTuple is wanted")
    params = getattr(cls, "__dataclass_params__", None)
    if params is not None and not params.frozen:
        raise WorldError(f"a {cls.__name__} is a dataclass that is not frozen")
    try:
        hints = get_type_hints(cls, include_extras=True)
    except NameError as error:
        raise WorldError(f"the types of the fields of {cls.__name__} cannot be found: {error}") from None
    names = cls._fields if issubclass(cls, tuple) else [one.name for one in dataclasses.fields(cls)]
    if any(not one.init for one in (() if issubclass(cls, tuple) else dataclasses.fields(cls))):
        raise WorldError(f"a {cls.__name__} has a field that its constructor does not take")
    unknown = next((name for name in marks if name not in names), None)
    if unknown is not None:
        raise WorldError(
            f"a mark is given for {unknown!r}, and a {cls.__name__} has no such field{meant(unknown, names)}"
        )
    for name in names:
        yield _field(cls, name, hints[name], marks.get(name))


def _field(cls: Thing, name: str, hint: Any, given: object) -> Field:  # noqa: ANN401 - the type of a field
    own = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    kind = get_args(hint)[0] if own else hint
    marks = (*own, *(() if given is None else (given,)))
    names = ""
    for mark in marks:
        match mark:
            case Rank():
                return Field(name, "rank", order=mark.order)
            case Names():
                names = mark.actors
            case _ if mark is ACTORS:
                inner = get_args(kind)
                if get_origin(kind) is not tuple or not inner or not is_record(inner[0]):
                    raise WorldError(
                        f"field {name!r} of {cls.__name__} is marked ACTORS: tuple[SomeRecord, ...] is wanted"
                    )
                return Field(name, "actors", inner[0])
    if any(mark is WHOLE for mark in marks) or names:
        return Field(name, "leaf", actors=names)
    if is_record(kind):
        return Field(name, "record", kind)
    inner = tuple(one for one in get_args(kind) if one is not type(None))
    if get_origin(kind) in (Union, types.UnionType) and len(inner) == 1 and is_record(inner[0]):
        return Field(name, "maybe", inner[0])
    return Field(name, "leaf")
