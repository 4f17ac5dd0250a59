"""What a step may not do with records that are read lazily, as far as its source shows it.

Two lazy records of one value are not one object, so ``is`` between records says nothing. What ``functools.cache`` keeps
of a lazy record belongs to another step. Functions are looked through with those of their own package that they name.
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import sys
import textwrap
import types
from typing import TYPE_CHECKING, Any, Final

from strandline.properties.core.declared import WorldError
from strandline.properties.engines.records.shape import is_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.properties.engines.records.shape import Shape

FUNCTIONS_MAX: Final = 2_000
"""Functions that are looked through for one step."""

_CACHE: Final = type(functools.cache(len))


def reached(*roots: Any) -> Iterator[Any]:  # noqa: ANN401 - callables
    """Give what functions may call, as far as they name it, and themselves; cached ones as such."""
    waiting: list[Any] = list(roots)
    known: set[int] = set()
    while waiting and len(known) < FUNCTIONS_MAX:
        one = waiting.pop()
        if id(one) in known:
            continue
        known.add(id(one))
        if isinstance(one, _CACHE):
            yield one
            waiting.append(one.__wrapped__)
        elif isinstance(one, functools.partial):
            waiting += [one.func, *one.args, *one.keywords.values()]
        elif isinstance(one, types.MethodType):
            waiting += [one.__func__, one.__self__]
        elif isinstance(one, types.FunctionType) and _is_theirs(one.__module__):
            yield one
            waiting += _named(one)
        elif isinstance(one, type) and _is_theirs(one.__module__):
            waiting += [_function(held) for held in vars(one).values()]
        elif not isinstance(one, (type, types.FunctionType)) and callable(one) and _is_theirs(type(one).__module__):
            waiting += [held for name, held in vars(type(one)).items() if name == "__call__"]


def refuse_identity(who: str, function: Callable[..., Any]) -> None:
    """Refuse a step whose source compares by ``is`` what may be records.

    Args:
        who: whose function it is, for the message.
        function: the step; what has no source is not looked at.

    Raises:
        WorldError: it does; the message names the place.
    """
    for one in reached(function):
        if isinstance(one, types.FunctionType):
            line = _identity(one)
            if line:
                file = one.__code__.co_filename.replace("\\", "/").rpartition("/")[2]
                raise WorldError(f"{who} compares by 'is' in {file}:{line}, which says nothing of records: use '=='")


def caches(function: Callable[..., Any], shape: Shape) -> tuple[Any, ...]:
    """Give the cached functions that a step may call, the methods of the records of its state among them."""
    return tuple(one for one in reached(function, *shape.classes) if isinstance(one, _CACHE))


def _is_theirs(module: str | None) -> bool:
    """Tell whether a module is neither Python's own nor one that only the engines use."""
    name = (module or "").partition(".")[0]
    return name not in sys.stdlib_module_names and name not in ("numpy", "hypothesis", "msgspec") and name != ""


def _function(held: object) -> object:
    """Give the function in what a class holds."""
    if isinstance(held, property):
        return held.fget
    if isinstance(held, functools.cached_property):
        return held.func
    return held.__func__ if isinstance(held, (staticmethod, classmethod)) else held


def _named(function: types.FunctionType) -> list[object]:
    """Give what the code of a function names: in its module, around it, and in other modules by one dot."""
    names = [*_names(function.__code__)]
    found = [function.__globals__[name] for name in names if name in function.__globals__]
    for module in [one for one in found if isinstance(one, types.ModuleType) and _is_theirs(one.__name__)]:
        found += [vars(module)[name] for name in names if name in vars(module)]
    cells = function.__closure__ or ()
    return [one for one in (*found, *(cell.cell_contents for cell in cells if _is_full(cell))) if callable(one)]


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for held in code.co_consts:
        if isinstance(held, types.CodeType):
            yield from _names(held)


def _is_full(cell: types.CellType) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:
        return False
    return True


def _identity(function: types.FunctionType) -> int:
    """Give the line of a comparison by ``is`` between what may be records, 0 if there is none."""
    try:
        lines, start = inspect.getsourcelines(function)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, TypeError, SyntaxError):  # no source; or a lambda in the middle of something
        return 0
    space = {**vars(builtins), **function.__globals__, **dict(inspect.getclosurevars(function).nonlocals)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        for operator, one, other in zip(node.ops, sides, sides[1:], strict=False):
            if isinstance(operator, (ast.Is, ast.IsNot)) and not (
                _is_constant(one, space) or _is_constant(other, space)
            ):
                return start + node.lineno - 1
    return 0


def _is_constant(node: ast.expr, space: dict[str, Any]) -> bool:
    """Tell whether an expression is a constant, or names what is one for all steps, and no record nor class of them."""
    if isinstance(node, ast.Constant):
        return True
    path: list[str] = []
    while isinstance(node, ast.Attribute):
        path.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in space:
        return False
    value = space[node.id]
    for name in reversed(path):
        if not hasattr(value, name):
            return False
        value = getattr(value, name)
    return not is_record(value) and not is_record(type(value))
