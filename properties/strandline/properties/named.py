"""Finds what somebody wrote in Python by ``module:name``."""

from __future__ import annotations

import contextlib
import importlib
import sys
from pathlib import Path


class LoadError(ValueError):
    """There is nothing of that name; one line says why."""


def find(name: str, what: str) -> object:
    """Find something by ``module:name``; modules of the current folder come first.

    Args:
        name: the module, a colon, and the name in it; dots lead further in.
        what: what it should be, for the message.

    Raises:
        LoadError: there is nothing of that name, or its module cannot be imported.
    """
    module, colon, attribute = name.partition(":")
    if not (module and colon and attribute):
        raise LoadError(f"{name!r} is not module:{what}: write the module, a colon, and the {what} in it")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            found: object = importlib.import_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a module may raise anything as it is imported, SystemExit too
        raise LoadError(f"module {module!r} cannot be imported: {told(error)}") from error
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise LoadError(f"module {module!r} has no {attribute!r}")
        found = getattr(found, part)
    return found


def told(error: BaseException) -> str:
    """Say what was raised, in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
