"""Records that are read lazily: a step asks them for the fields that it needs, and what it replaces it writes.

A lazy record is of the class of the record that it stands for, so its methods, ``match`` and ``isinstance`` work. What
is compared, hashed or sorted whole is read whole.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from strandline.model.terms import NEXT
from strandline.properties.core.declared import WorldError
from strandline.properties.engines.records.shape import Thing, actors_in, rank_of, require_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from strandline.properties.engines.records.shape import Field, Parts, Shape

_KEY: Final = "what is known of a lazy record"
"""Under it a lazy record keeps what is known of it: no field is called so."""


_PLAIN: Final = frozenset({int, str, bool, bytes, float, type(None)})
"""Types that hold nothing; most values are of one."""


class Source:
    """Where the lazy records of one call read; ``hashed`` counts how often one was hashed."""

    def __init__(self, shape: Shape, at: Thing) -> None:
        """Read the components of a shape from what hands out their values."""
        self.shape = shape
        self.at = at
        self.hashed = 0

    def state(self) -> Thing:
        """Give the state, of which nothing is known yet."""
        return _lazy(self, self.shape.cls, "", {})

    @property
    def known(self) -> Mapping[str, Any]:
        """The components that are known."""
        known: Any = getattr(self.at, "known", self.at)
        return cast("Mapping[str, Any]", known)


class _Own(NamedTuple):
    """What a lazy record is: of which class, where it reads, what was replaced, and the records it gave before."""

    cls: Any
    source: Source
    path: str
    over: dict[str, Any]
    given: dict[str, Any]


class Lazy:
    """The base of lazy records."""

    __slots__ = ()


def solid(value: Thing) -> Thing:
    """Give a value with nothing lazy in it: what was not read is read."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Lazy):
        own = _own(value)
        fields = own.source.shape.fields(own.cls)
        want = getattr(own.source.at, "want", None)
        if want is not None:
            want(own.path + one.name for one in fields if one.name not in own.over and one.kind in ("leaf", "rank"))
        parts = [solid(getattr(value, one.name)) for one in fields]
        return own.cls(**{one.name: part for one, part in zip(fields, parts, strict=True)})
    if isinstance(value, (tuple, frozenset)) and value:
        parts = [solid(one) for one in value]
        if any(part is not one for part, one in zip(parts, value, strict=True)):
            kind: Any = type(value)
            return kind(*parts) if hasattr(value, "_fields") else kind(parts)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        held = {one.name: getattr(value, one.name) for one in dataclasses.fields(value) if one.init}
        parts_by_name = {name: solid(one) for name, one in held.items()}
        if any(parts_by_name[name] is not one for name, one in held.items()):
            return type(value)(**parts_by_name)
    return value


def source_of(state: Thing) -> Source:
    """Give where a lazy record reads."""
    return _own(state).source


def written(after: Thing, source: Source) -> Parts:
    """Give what a step wrote: the components that it replaced.

    Args:
        after: the state that it gave.
        source: where the state that it took reads.

    Raises:
        WorldError: it is no such state, or a record in it is one of another step.
    """
    return dict(_written(after, source.shape.cls, source, ""))


def changed(found: Parts, source: Source, *, fresh: bool = False) -> Parts:
    """Leave out of what a step wrote what is known to have held the same, once the step has read all that it reads.

    Args:
        found: what it wrote.
        source: where the state that it took reads.
        fresh: whether a rank may hold a number of its own, above all that was read, in place of :data:`NEXT`: real code
            counts its numbers itself.

    Raises:
        WorldError: several numbers of an order are fresh.
    """
    known = source.known
    if fresh:
        number_anew(found, known, source.shape.orders)
    return {name: value for name, value in found.items() if name not in known or known[name] != value}


def writes(after: Thing, source: Source, *, fresh: bool = False) -> Parts:
    """Give what a step changed, of a step that goes in one way: see :func:`written` and :func:`changed`."""
    return changed(written(after, source), source, fresh=fresh)


def number_anew(found: dict[str, Any], known: Mapping[str, Any], orders: Mapping[str, str]) -> None:
    """Put NEXT in place of the one number of each order that was not known, and is above all that were.

    Raises:
        WorldError: there are several, or one is not above all others.
    """
    for order in {orders[name] for name in found if name in orders}:
        numbers = {0, *(value for name, value in known.items() if orders.get(name) == order)}
        mine = {name: value for name, value in found.items() if orders.get(name) == order}
        new = {value for value in mine.values() if value is not NEXT and value not in numbers}
        if len(new) > 1 or any(not isinstance(value, int) or value < max(numbers) for value in new):
            said = ", ".join(sorted(f"{name} = {value!r}" for name, value in mine.items() if value in new))
            raise WorldError(f"{said}: of order {order!r} one number may be new, above all others")
        found |= {name: NEXT for name, value in mine.items() if value in new}


def _written(value: Thing, cls: Thing, source: Source, path: str) -> Iterator[tuple[str, Thing]]:
    """Give what is written by a record, None if there is none: all of it, or of a lazy one in its place the changes."""
    own = _own(value) if isinstance(value, Lazy) else None
    if own is not None and own.source is not source:
        raise WorldError(f"a {cls.__name__} of an earlier step was given: nothing may keep a record between two steps")
    if value is not None:
        require_kind(value, cls, path)
    here_before = own is not None and own.path == path
    for field in source.shape.fields(cls):
        if own is not None and here_before and field.name not in own.over:
            continue
        here, held = path + field.name, None if value is None else getattr(value, field.name)
        yield from _written_field(held, field, source, here)


def _written_field(held: Thing, field: Field, source: Source, here: str) -> Iterator[tuple[str, Thing]]:
    match field.kind:
        case "record":
            yield from _written(held, field.type, source, f"{here}.")
        case "maybe":
            yield here, held is not None
            yield from _written(held, field.type, source, f"{here}.")
        case "actors":
            for place, one in enumerate(actors_in(held, source.shape.counts[here], here)):
                yield from _written(one, field.type, source, f"{here}.{place}.")
        case "rank":
            yield here, rank_of(held)
        case "leaf":
            yield here, solid(held)


def _own(value: Thing) -> _Own:
    own: _Own = value.__dict__[_KEY]
    return own


def _lazy(source: Source, cls: Thing, path: str, over: dict[str, Thing]) -> Thing:
    kind = _type_of(source.shape, cls)
    self = tuple.__new__(kind) if issubclass(cls, tuple) else object.__new__(kind)
    self.__dict__[_KEY] = _Own(cls, source, path, over, {})
    return self


def _type_of(shape: Shape, cls: Thing) -> Thing:
    """Give the class of the lazy records that stand for those of a class."""
    if cls not in shape.lazy_types:
        space: dict[str, Any] = {"replaced_lazily": _overlaid, "__replace__": _replaced, "__hash__": _hash}
        space |= {"__repr__": _told, "__init__": _refused}
        space |= {"__reduce_ex__": lambda self, protocol: solid(self).__reduce_ex__(protocol)}
        if cls.__eq__ is not object.__eq__:
            space |= {"__eq__": _equal, "__ne__": lambda self, other: not _equal(self, other)}
        space |= {name: _solidly(name) for name in ("__lt__", "__le__", "__gt__", "__ge__") if hasattr(cls, name)}
        if issubclass(cls, tuple):
            space |= {"__new__": _refused, "_replace": _replaced, "__iter__": lambda self: iter(_values(self))}
            space |= {"__len__": lambda _self: len(cls._fields), "_asdict": lambda self: solid(self)._asdict()}
            names = ("__contains__", "__getitem__", "__add__", "__mul__", "__rmul__", "index", "count")
            space |= {name: _solidly(name) for name in names}
            space |= {"__radd__": lambda self, other: other + solid(self)}
        space |= {field.name: property(_getter(field)) for field in shape.fields(cls)}
        shape.lazy_types[cls] = type(cls.__name__, (cls, Lazy), space)
    return shape.lazy_types[cls]


def _getter(field: Field) -> Callable[[Any], Any]:
    name, kind = field.name, field.kind

    def get(self: Thing) -> Thing:
        own = self.__dict__[_KEY]
        if name in own.over:
            return own.over[name]
        path = own.path + name
        if kind in ("leaf", "rank"):
            return own.source.at[path]
        if kind == "maybe" and not own.source.at[path]:
            return None
        if name not in own.given:
            own.given[name] = _records(own.source, field, path)
        return own.given[name]

    return get


def _records(source: Source, field: Field, path: str) -> Thing:
    if field.kind == "actors":
        places = range(source.shape.counts[path])
        return tuple(_lazy(source, field.type, f"{path}.{place}.", {}) for place in places)
    return _lazy(source, field.type, f"{path}.", {})


def _overlaid(self: Thing, changes: dict[str, Thing]) -> Thing:
    own = _own(self)
    names = {field.name for field in own.source.shape.fields(own.cls)}
    unknown = changes.keys() - names
    if unknown:
        raise TypeError(f"a {own.cls.__name__} has no field {min(unknown)!r}")
    return _lazy(own.source, own.cls, own.path, own.over | changes)


def _replaced(self: Thing, /, **changes: Thing) -> Thing:
    return _overlaid(self, changes)


def _refused(*_arguments: Thing, **_changes: Thing) -> None:
    raise WorldError(
        "a record cannot be made by the type of another one, which dataclasses.replace does, too: "
        "use replace of strandline.properties, or name the class"
    )


def _values(self: Thing) -> list[Thing]:
    own = _own(self)
    return [getattr(self, field.name) for field in own.source.shape.fields(own.cls)]


def _hash(self: Thing) -> int:
    _own(self).source.hashed += 1
    return hash(solid(self))


def _told(self: Thing) -> str:
    own = _own(self)
    return f"<{own.cls.__name__}{' ' if own.path else ''}{own.path.rstrip('.')}, read lazily>"


def _equal(self: Thing, other: object) -> bool:
    """Compare with another record, field by field until two differ, if that is how the class compares."""
    own = _own(self)
    theirs: Any = _own(other).cls if isinstance(other, Lazy) else type(other)
    if issubclass(own.cls, tuple) or theirs is not own.cls or not theirs.__dataclass_params__.eq:
        return bool(solid(self) == solid(other))
    names = [one.name for one in dataclasses.fields(theirs) if one.compare]
    return all(getattr(self, name) == getattr(other, name) for name in names)


def _solidly(name: str) -> Callable[..., Any]:
    return lambda self, *others: getattr(solid(self), name)(*map(solid, others))
