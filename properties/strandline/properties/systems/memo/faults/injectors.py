"""What strikes: each injector by its name, and whether this machine has it."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from strandline.properties.systems.memo.faults import preload, vfs

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE: Final = 20.0
"""Seconds for a program of the system to do next to nothing."""

TRACED: Final = ("strace", "-qq", "-o", os.devnull, "-e", "trace=none")


@cache
def missing(name: str) -> str | None:
    """Say why an injector is missing on this machine; None if it is there."""
    return INJECTORS[name]()


def _always() -> None:
    return None


def _unix() -> str | None:
    return None if os.name == "posix" else "the system is no Unix"


def _linux() -> str | None:
    return None if Path("/proc/self/fd").is_dir() else "the system does not list the open files of a process"


def _user() -> str | None:
    if not hasattr(os, "setresuid"):
        return "the system has no users to change to"
    return None if os.geteuid() == 0 else "only root can become another user"


def _strace() -> str | None:
    if shutil.which("strace") is None:
        return "strace is not installed"
    if _linux() is not None:
        return _linux()
    done = _ran(*TRACED, sys.executable, "-c", "")
    return None if done == 0 else "strace may not trace here"


def _compiler() -> str | None:
    if sys.platform != "linux":
        return "LD_PRELOAD is for Linux"
    if preload.compiler() is None:
        return "there is no C compiler"
    return None if preload.built() is not None else "the C compiler cannot make a library"


def _mount() -> str | None:
    if shutil.which("mount") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "only root can mount a file system"
    with tempfile.TemporaryDirectory() as folder:
        if _ran("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder) != 0:
            return "no file system may be mounted here"
        _ran("umount", folder)
    return None


def _vfs() -> str | None:
    return vfs.unreachable()


def _ran(*words: str) -> int | None:
    """Run a program and give its exit code; None if it cannot be run."""
    try:
        return subprocess.run(words, capture_output=True, timeout=PATIENCE, check=False).returncode  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None


def allow_tracing() -> None:
    """Let any process of this user trace this one, where the system asks for that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1), 0, 0, 0)  # PR_SET_PTRACER, PR_SET_PTRACER_ANY


INJECTORS: Final[dict[str, Callable[[], str | None]]] = {
    "data": _always,
    "files": _unix,
    "process": _always,
    "command": _unix,
    "user": _user,
    "limit": _linux,
    "tmpfs": _mount,
    "strace": _strace,
    "vfs": _vfs,
    "preload": _compiler,
}
"""By name, what says why an injector is missing here."""

SAYS: Final = {
    "data": "a log of such rows, or such a question",
    "files": "what is at the path, or beside it, is made, damaged or replaced",
    "process": "another process that locks, writes or replaces",
    "command": "a whole command in a process of its own, which is signalled, killed, or kept from what it needs",
    "user": "the scanner's process becomes another user",
    "limit": "a resource limit of the scanner's process",
    "tmpfs": "a small tmpfs of its own",
    "strace": "strace: a system call fails, or is looked at",
    "vfs": "a shim between SQLite and its VFS, or its allocator",
    "preload": "a library that is loaded before libc's, compiled when it is needed",
}
"""What each injector does."""
