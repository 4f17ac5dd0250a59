"""The world of somebody's own that a command names."""

from __future__ import annotations

import contextlib
import hashlib
import sys
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path

from strandline.properties.core.named import LoadError, find, look_in, told
from strandline.properties.engines.exhaust.report import Chosen
from strandline.properties.engines.exhaust.world import World
from strandline.properties.evidence.evidence import sources


def own(name: str) -> Chosen:
    """Choose somebody's own world by ``module:world``: a World, or a function that makes one of nothing.

    Raises:
        LoadError: there is none, or it is declared wrongly.
    """
    world = _made(name)
    if world.made_by is None:
        world = replace(world, made_by=partial(made_again, name, str(Path.cwd())))
    return Chosen(world.name, name, world, sources() | digest_of(name))


def made_again(name: str, folder: str) -> World:
    """Make a world anew in another process, from the module in a folder."""
    look_in(folder)
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


def digest_of(name: str) -> dict[str, str]:
    """Give the sha256 of the file of a module, by the module's name; nothing if it has no file."""
    module = name.partition(":")[0]
    file = getattr(import_module(module), "__file__", None)
    return {module: hashlib.sha256(Path(file).read_bytes()).hexdigest()} if file else {}
