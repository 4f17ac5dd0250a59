"""Finds what somebody wrote in Python by ``module:name``."""

from __future__ import annotations

import contextlib
import importlib
import sys
import sysconfig
import traceback
from pathlib import Path
from typing import Final

import strandline
from strandline.properties.core.nearest import meant

_OURS: Final = tuple(map(Path, strandline.__path__))
_INSTALLED: Final = tuple(Path(sysconfig.get_path(name)) for name in ("purelib", "platlib"))
_STANDARD: Final = tuple(Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib"))
_LIBRARIES: Final = (*_INSTALLED, *_STANDARD)
_SITES: Final = frozenset({"site-packages", "dist-packages"})  # they lie below the standard library


class LoadError(ValueError):
    """There is nothing of that name; one line says why."""


def find(name: str, what: str) -> object:
    """Find something by ``module:name``, in the current folder too.

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
    if module.partition(".")[0] != strandline.__name__:  # what is ours is found without the folder
        look_in(here)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            found: object = importlib.import_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a module may raise anything as it is imported, SystemExit too
        hint = meant(module, _modules(here)) if isinstance(error, ModuleNotFoundError) and error.name == module else ""
        raise LoadError(f"module {module!r} cannot be imported: {told(error)}{hint}") from error
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise LoadError(f"module {module!r} has no {attribute!r}{meant(part, dir(found))}")
        found = getattr(found, part)
    return found


def look_in(folder: str) -> None:
    """Let the modules of a folder be found: after the standard library, and before what is installed."""
    if folder not in sys.path:
        standard = [at for at, entry in enumerate(sys.path) if _is_standard(Path(entry))]
        sys.path.insert(standard[-1] + 1 if standard else len(sys.path), folder)


def _is_standard(place: Path) -> bool:
    return _below(place, _STANDARD) and not _below(place, _INSTALLED) and not _SITES.intersection(place.parts)


def _modules(folder: str) -> list[str]:
    """Name the modules that a folder has."""
    return [path.stem for path in Path(folder).iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()]


def told(error: BaseException) -> str:
    """Say in one line what was raised and, if somebody's own code did it, in which line of which file."""
    return raised(error) + in_parentheses(place(error))


def in_parentheses(where: str) -> str:
    """Give what follows a text to say where it is so, empty if that is not known."""
    return f" ({where})" if where else ""


def raised(error: BaseException) -> str:
    """Say what was raised, in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")


def place(error: BaseException) -> str:
    """Give file and line of the innermost call that is neither Python's own nor ours, empty if there is none.

    A library that is installed is somebody's own only if nothing else is. A file is named as it is seen from the
    current folder, and by its name alone from elsewhere: where it lies is no business of who reads the evidence.
    """
    frames = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    foreign = [(path, line) for path, line in frames if path.is_file() and not _below(path, _OURS)]
    own = [pair for pair in foreign if not _below(pair[0], _LIBRARIES)]
    installed = [pair for pair in foreign if _below(pair[0], _INSTALLED)]
    if not own and not installed:
        return ""
    path, line = (own or installed)[-1]
    here = Path.cwd()
    return f"{path.relative_to(here).as_posix() if path.is_relative_to(here) else path.name}:{line}"


def _below(path: Path, folders: tuple[Path, ...]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)
