"""The interpreter's own work: what an import does to find and load a module, told from what the module does.

Any step may come upon an import that nobody needed so far, in the standard library at best; which one it is differs
from Python to Python. What the import reads is program text, the same whenever it is read, so it is no access of the
step. The stack tells: going outwards from such an access, the function that imports comes first, and from an access of
the module that is loaded, its body does.
"""

from __future__ import annotations

import sys
from importlib import _bootstrap
from inspect import CO_OPTIMIZED
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from types import CodeType, FrameType

Finders: TypeAlias = tuple[object, ...]
"""What an import asks where a module is."""

_IMPORT: Final[CodeType] = vars(_bootstrap)["_find_and_load"].__code__
"""What every import statement calls, and ``import_module``, for a module that is not there yet; a reload does not."""


def finders() -> Finders:
    """Give the finders as they stand."""
    return *sys.meta_path, *sys.path_hooks


def begins(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether an audit event says that an import begins; one that comes with a file's name loads a library."""
    return event == "import" and arguments[1] is None


def is_an_imports_own(frame: FrameType, trusted: Finders) -> bool:
    """Whether an access is made by an import on its own account.

    Args:
        frame: the call that makes the access.
        trusted: the finders that an import may ask; a step that puts in one of its own answers for what it does.
    """
    outward: FrameType | None = frame
    while outward is not None and outward.f_code.co_flags & CO_OPTIMIZED:  # without the flag it is no function
        if outward.f_code is _IMPORT:
            return finders() == trusted
        outward = outward.f_back
    return False
