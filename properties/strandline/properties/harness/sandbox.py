"""The sandbox: while it is on, a listener hears of every access to the system that Python code makes.

Two nets, for neither catches all. The audit hook of the interpreter sees what is opened, listed, connected to,
started and loaded, whoever calls it. It is not told of ``stat``, of clocks, of dice or, by older interpreters,
of threads: those functions are put aside, and stand-ins that tell of themselves take their places in their own modules
and wherever the scanner and the model have imported them by name. What an import does on its own account is left out.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import secrets
import sys
import threading
import time
from functools import cache
from types import BuiltinFunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from strandline.properties.harness import imports

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SYSTEM: Final = frozenset(
    {"open", "os", "shutil", "tempfile", "glob", "pathlib", "fcntl", "mmap", "import", "sqlite3"}
    | {"socket", "subprocess", "signal", "ctypes", "time", "winreg", "msvcrt"}
)
"""The families of audit events that reach beyond the process's own memory."""

UNHEARD: Final = {
    os: ("stat", "lstat", "fstat", "access", "readlink", "statvfs", "getcwd", "read", "pread", "write", "urandom"),
    time: tuple(name for name, value in vars(time).items() if isinstance(value, BuiltinFunctionType)),
    random: tuple(
        name for name in random.__all__ if isinstance(getattr(random, name), (BuiltinFunctionType, MethodType))
    ),
    secrets: ("choice", "randbelow", "randbits", "token_bytes", "token_hex", "token_urlsafe"),
    threading: ("_start_new_thread", "_start_joinable_thread"),
}
"""The functions that no audit event tells of, by module: the file system's, the clocks, the dice, threads."""

WATCHED: Final = ("strandline.impl", "strandline.model")
"""The packages in which a name that was imported from elsewhere is watched as well."""

Listener: TypeAlias = "Callable[[str], None]"
"""Hears the name of an access."""

_SEALS: Final[list[Sandbox]] = []
"""Those that are on; the last one hears."""


class Swap(NamedTuple):
    """The names of one module that are watched: what stands there, and what takes its place while a sandbox is on."""

    names: dict[str, object]
    shipped: dict[str, object]
    telling: dict[str, object]


class Sandbox:
    """Puts the stand-ins in place while its block runs, and takes them away again."""

    def __init__(self, listener: Listener) -> None:
        """Tell this listener."""
        self._listener = listener
        self._finders: imports.Finders = ()
        self._loaded = 0

    def __enter__(self) -> None:
        """Begin to listen."""
        _hooked()
        for swap in swaps():
            swap.names.update(swap.telling)
        self._finders, self._loaded = imports.finders(), len(sys.modules)
        _SEALS.append(self)

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        _SEALS.pop()
        for swap in swaps():
            swap.names.update(swap.shipped)
        if len(sys.modules) > self._loaded:
            _give_back(list(sys.modules.values())[self._loaded :])

    def hear(self, access: str) -> None:
        """Tell the listener of an access, unless an import makes it on its own account."""
        if not imports.is_an_imports_own(sys._getframe(), self._finders):  # noqa: SLF001 - no other way to the stack
            self._listener(access)


def _heard(access: str) -> None:
    if _SEALS:
        _SEALS[-1].hear(access)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    """Hear an audit event; nothing can be taken from the interpreter's hooks, so this one goes idle instead."""
    if _SEALS and event.partition(".")[0] in SYSTEM and not imports.begins(event, arguments):
        _SEALS[-1].hear(event)


@cache
def _hooked() -> None:
    """Give the interpreter the hook, once for each process."""
    sys.addaudithook(_hook)


@cache
def swaps() -> tuple[Swap, ...]:
    """Find every name that is watched."""
    tellers: dict[int, object] = {id(dt.date): TellingDate, id(dt.datetime): TellingDatetime}
    for module, names in UNHEARD.items():
        for name in names:
            shipped = getattr(module, name, None)
            if shipped is not None:
                tellers[id(shipped)] = _telling(f"{module.__name__}.{name}", shipped)
    watched = [vars(module) for name, module in sys.modules.items() if name.startswith(WATCHED)]
    spaces = [vars(dt), *map(vars, UNHEARD), *watched]
    return tuple(_swap(space, tellers) for space in spaces if any(id(value) in tellers for value in space.values()))


def _swap(names: dict[str, object], tellers: dict[int, object]) -> Swap:
    shipped = {name: value for name, value in names.items() if id(value) in tellers}
    return Swap(names, shipped, {name: tellers[id(value)] for name, value in shipped.items()})


def _give_back(loaded: Sequence[object]) -> None:
    """Give modules that were loaded under a sandbox, and took stand-ins by name, what is shipped in their place."""
    shipped = {id(swap.telling[name]): value for swap in swaps() for name, value in swap.shipped.items()}
    modules = [module for module in loaded if isinstance(module, ModuleType)]  # anything may stand among them
    for names in map(vars, modules):
        names.update({name: shipped[id(value)] for name, value in tuple(names.items()) if id(value) in shipped})


def _telling(access: str, shipped: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function that tells of itself and does what the shipped one does."""

    def telling(*args: Any, **settings: Any) -> Any:  # noqa: ANN401 - as the function it stands for
        _heard(access)
        return shipped(*args, **settings)

    return telling


class _AnyDatetime(type):
    """Lets every datetime pass for a telling one, so that a type test means what it meant."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _DATETIME)


class _AnyDate(type):
    """Lets every date pass for a telling one."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _DATE)


_DATE: Final = dt.date
_DATETIME: Final = dt.datetime


class TellingDate(dt.date, metaclass=_AnyDate):
    """Tells when it is asked for today; up to Python 3.14 that asked ``time.time``, which tells of itself."""

    def __new__(cls, *args: Any, **settings: Any) -> Any:  # noqa: ANN401 - as the date's; a plain one
        """Make a plain date, as if nobody listened."""
        return _DATE(*args, **settings)

    @classmethod
    def today(cls) -> Any:  # noqa: ANN401 - as above
        """Give the present day, and tell."""
        _heard("date.today")
        return _DATE.today()


class TellingDatetime(dt.datetime, metaclass=_AnyDatetime):
    """Tells when it is asked for the present."""

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> Any:  # noqa: ANN401 - a plain datetime, as if nobody listened
        """Give the present, and tell."""
        _heard("datetime.now")
        return _DATETIME.now(tz)

    @classmethod
    def utcnow(cls) -> Any:  # noqa: ANN401 - as above
        """Give the present in UTC without its zone, and tell."""
        _heard("datetime.utcnow")
        return _DATETIME.now(dt.UTC).replace(tzinfo=None)

    @classmethod
    def today(cls) -> Any:  # noqa: ANN401 - as above
        """Give the present without a zone, and tell."""
        _heard("datetime.today")
        return _DATETIME.today()
