"""The world that a command names: one of the memo worlds, or somebody's own."""

from __future__ import annotations

import contextlib
import hashlib
import sys
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Final, NamedTuple

from strandline.properties.exhaust.world import World
from strandline.properties.memoworlds.declare import declared
from strandline.properties.memoworlds.family import FAMILY, SOAK
from strandline.properties.memoworlds.shown import asked, said
from strandline.properties.named import LoadError, find, told
from strandline.properties.report.evidence import sources
from strandline.properties.worlds import WORLDS

SCOPES: Final = {**WORLDS, **FAMILY, "soak": SOAK}
"""The scopes of the memo worlds by their names: small ones, large ones, and one that is larger by far."""

MODEL: Final = "the reference model"
"""What the memo worlds are worlds of."""


class Chosen(NamedTuple):
    """A world to search: what it is called, whose it is, and the sha256 of each source that it follows from.

    ``unshown`` says what must sometimes happen and is not asked of it, since another world is there to show it.
    """

    name: str
    subject: str
    world: World
    sources: dict[str, str]
    unshown: tuple[str, ...] = ()


def built_in(name: str) -> Chosen:
    """Choose a memo world.

    Raises:
        KeyError: there is none of this name.
    """
    return Chosen(name, MODEL, asked(name, declared(SCOPES[name])), sources(), said((name,)))


def of_scanner(name: str, subject: str, world: World) -> Chosen:
    """Choose a memo world with the real scanner in its tables, as it is shipped or with a mutant planted."""
    return Chosen(name, f"the scanner, {subject}", world, sources(), said((name,)))


def own(name: str) -> Chosen:
    """Choose somebody's own world by ``module:world``: a World, or a function that makes one of nothing.

    Raises:
        LoadError: there is none, or it is declared wrongly.
    """
    world = _made(name)
    if world.made_by is None:
        world = replace(world, made_by=partial(made_again, name, str(Path.cwd())))
    return Chosen(world.name, name, world, sources() | _digest_of(name))


def made_again(name: str, folder: str) -> World:
    """Make a world anew in another process, from the module in a folder."""
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return _made(name)


def _made(name: str) -> World:
    found = find(name, "world")
    if isinstance(found, World):
        return found
    if isinstance(found, type) or not callable(found):
        kind = found if isinstance(found, type) else type(found)
        raise LoadError(f"{name} is no World, nor a function that makes one: it is of type {kind.__name__}")
    try:
        with contextlib.redirect_stdout(sys.stderr):
            made: object = found()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # somebody's function may raise anything, SystemExit too
        raise LoadError(f"{name} makes no World: {told(error)}") from error
    if not isinstance(made, World):
        raise LoadError(f"{name} makes no World: it gave a value of type {type(made).__name__}")
    return made


def _digest_of(name: str) -> dict[str, str]:
    """Give the sha256 of the file of a module, by the module's name; nothing if it has no file."""
    module = name.partition(":")[0]
    file = getattr(import_module(module), "__file__", None)
    return {module: hashlib.sha256(Path(file).read_bytes()).hexdigest()} if file else {}
