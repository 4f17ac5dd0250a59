"""Faults inside of SQLite: a shim around the VFS that it uses, and one around its allocator, both by ctypes.

They stand in the very library that this Python's ``sqlite3`` uses, so nothing else is needed, and what is judged is
what runs. A shim that is off lets every call through.
"""

from __future__ import annotations

import _sqlite3
import ctypes
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p, cast
from typing import Any, Final

NAME: Final = b"strandline"
"""What the VFS with the shim is called."""

CODES: Final = {"IOERR": 10, "BUSY": 5, "NOMEM": 7, "FULL": 13, "CORRUPT": 11, "CANTOPEN": 14}
"""The codes with which a call of the VFS is let fail, by the name that SQLite has for them."""

_GET_ALLOCATOR: Final = 5  # SQLITE_CONFIG_GETMALLOC
_SET_ALLOCATOR: Final = 4  # SQLITE_CONFIG_MALLOC


class _Methods(Structure):
    """What SQLite calls of a file, ``sqlite3_io_methods`` up to its third version."""

    _fields_ = (
        ("version", c_int),
        ("xClose", c_void_p),
        ("xRead", c_void_p),
        ("xWrite", c_void_p),
        ("xTruncate", c_void_p),
        ("xSync", c_void_p),
        ("xFileSize", c_void_p),
        ("xLock", c_void_p),
        ("xUnlock", c_void_p),
        ("xCheckReservedLock", c_void_p),
        ("xFileControl", c_void_p),
        ("xSectorSize", c_void_p),
        ("xDeviceCharacteristics", c_void_p),
        ("xShmMap", c_void_p),
        ("xShmLock", c_void_p),
        ("xShmBarrier", c_void_p),
        ("xShmUnmap", c_void_p),
        ("xFetch", c_void_p),
        ("xUnfetch", c_void_p),
    )


class _File(Structure):
    """The beginning of every ``sqlite3_file``."""

    _fields_ = (("methods", POINTER(_Methods)),)


class _Vfs(Structure):
    """What SQLite calls of a file system, ``sqlite3_vfs`` up to its third version."""

    _fields_ = (
        ("version", c_int),
        ("size", c_int),
        ("longest", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("xOpen", c_void_p),
        ("xDelete", c_void_p),
        ("xAccess", c_void_p),
        ("xFullPathname", c_void_p),
        ("xDlOpen", c_void_p),
        ("xDlError", c_void_p),
        ("xDlSym", c_void_p),
        ("xDlClose", c_void_p),
        ("xRandomness", c_void_p),
        ("xSleep", c_void_p),
        ("rest", c_void_p * 6),
    )


class _Allocator(Structure):
    """What SQLite calls for memory, ``sqlite3_mem_methods``."""

    _fields_ = (
        ("xMalloc", c_void_p),
        ("xFree", c_void_p),
        ("xRealloc", c_void_p),
        ("rest", c_void_p * 5),
    )


_OPEN: Final = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
_OF_FILES: Final[dict[str, tuple[type[Any], ...]]] = {
    "xRead": (c_void_p, c_void_p, c_int, c_int64),
    "xWrite": (c_void_p, c_void_p, c_int, c_int64),
    "xFileSize": (c_void_p, c_void_p),
    "xLock": (c_void_p, c_int),
    "xUnlock": (c_void_p, c_int),
    "xCheckReservedLock": (c_void_p, c_void_p),
    "xShmMap": (c_void_p, c_int, c_int, c_int, c_void_p),
    "xShmLock": (c_void_p, c_int, c_int, c_int),
}
_OF_SYSTEMS: Final[dict[str, tuple[type[Any], ...]]] = {
    "xAccess": (c_void_p, c_void_p, c_int, c_void_p),
    "xFullPathname": (c_void_p, c_void_p, c_int, c_void_p),
}

CALLS: Final = ("xOpen", *_OF_SYSTEMS, *_OF_FILES)
"""The calls that can be let fail. A scanner never writes, so ``xWrite`` is only counted, and must stay at nothing."""


class Trigger:
    """Counts the calls of one kind, and says which of them fail: the n-th, or the n-th and all after it."""

    def __init__(self) -> None:
        """Begin with nothing to fail."""
        self.counts: dict[str, int] = {}
        self.struck = 0
        self._call, self._number, self._code, self._ever = "", 0, 0, False

    def arm(self, call: str, number: int, code: int, *, ever: bool) -> None:
        """Let a call fail from now on, and count anew."""
        self.counts, self.struck = {}, 0
        self._call, self._number, self._code, self._ever = call, number, code, ever

    def strikes(self, call: str) -> int:
        """Count a call, and give the code with which it fails; 0 lets it through."""
        count = self.counts[call] = self.counts.get(call, 0) + 1
        if call != self._call or not (count == self._number or (self._ever and count > self._number)):
            return 0
        self.struck += 1
        return self._code


_kept: Final[list[object]] = []
"""What SQLite holds pointers to: it must outlive every connection."""


def _library() -> ctypes.CDLL:
    """Give the SQLite that this Python uses."""
    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = POINTER(_Vfs)
    return library


def unreachable() -> str | None:
    """Say why SQLite cannot be reached by ctypes; None if it can."""
    try:
        found = _library().sqlite3_vfs_find(None)
    except (OSError, AttributeError):
        return "this Python hides its SQLite, so that no shim can be put in"
    return None if found else "SQLite has no VFS"


def install(trigger: Trigger) -> None:
    """Put the shim between SQLite and its VFS, for every connection that this process makes from now on."""
    library = _library()
    real = library.sqlite3_vfs_find(None).contents
    ours = _Vfs.from_buffer_copy(real)
    tables: dict[int, _Methods] = {}
    really_open = cast(real.xOpen, _OPEN)

    def opened(vfs: int, name: int, file: int, flags: int, out: int) -> int:
        code = trigger.strikes("xOpen")
        if code:
            cast(file, POINTER(c_void_p))[0] = None  # SQLite closes what has methods
            return code
        result: int = really_open(vfs, name, file, flags, out)
        entry = cast(file, POINTER(_File)).contents
        if result == 0 and entry.methods:
            address = ctypes.addressof(entry.methods.contents)
            if address not in tables:
                tables[address] = _Methods.from_buffer_copy(entry.methods.contents)
                _wrap(tables[address], _OF_FILES, trigger)
            entry.methods = ctypes.pointer(tables[address])
        return result

    ours.name = NAME
    ours.xOpen = _kept_as(_OPEN(opened))
    ours.xSleep = _kept_as(CFUNCTYPE(c_int, c_void_p, c_int)(lambda _vfs, microseconds: microseconds))
    _wrap(ours, _OF_SYSTEMS, trigger)
    _kept.extend((ours, tables))
    library.sqlite3_vfs_register(ctypes.byref(ours), 1)


def install_allocator(trigger: Trigger) -> None:
    """Put the shim around SQLite's allocator; there must be no connection."""
    library = _library()
    library.sqlite3_shutdown()
    ours = _Allocator()
    library.sqlite3_config(_GET_ALLOCATOR, ctypes.byref(ours))
    make = CFUNCTYPE(c_void_p, c_int)
    grow = CFUNCTYPE(c_void_p, c_void_p, c_int)
    really_make, really_grow = cast(ours.xMalloc, make), cast(ours.xRealloc, grow)
    ours.xMalloc = _kept_as(make(lambda size: None if trigger.strikes("xMalloc") else really_make(size)))
    ours.xRealloc = _kept_as(grow(lambda old, size: None if trigger.strikes("xMalloc") else really_grow(old, size)))
    _kept.append(ours)
    library.sqlite3_config(_SET_ALLOCATOR, ctypes.byref(ours))
    library.sqlite3_initialize()


def _wrap(table: _Methods | _Vfs, calls: dict[str, tuple[type[Any], ...]], trigger: Trigger) -> None:
    """Let each call of a table be counted, and fail if the trigger says so."""
    for name, arguments in calls.items():
        address = getattr(table, name)
        if address:
            kind = CFUNCTYPE(c_int, *arguments)
            setattr(table, name, _kept_as(kind(_counted(name, cast(address, kind), trigger))))


def _counted(name: str, real: Any, trigger: Trigger) -> Any:  # noqa: ANN401 - functions of ctypes
    def call(*arguments: int) -> int:
        result: int = trigger.strikes(name) or real(*arguments)
        return result

    return call


def _kept_as(function: Any) -> int | None:  # noqa: ANN401 - a function of ctypes
    """Keep a function alive, and give its address."""
    _kept.append(function)
    return cast(function, c_void_p).value
