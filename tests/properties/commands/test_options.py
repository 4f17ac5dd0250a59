"""Claims about what is said of options: a message names those that its command has, or says whose they are."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from strandline.properties.cli import COMMANDS, main
from strandline.properties.commands import subjects

if TYPE_CHECKING:
    from collections.abc import Iterator

OPTION = re.compile(r"(?<![\w-])(?<!pytest )--[a-z][a-z-]*")
"""An option in a text; those of pytest are its own."""


def options(name: str) -> set[str]:
    """Give the options of a command, and of those below it."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    below = command.commands.values() if isinstance(command, click.Group) else ()
    params = [param for one in (command, *below) for param in one.params]
    return {name for param in params for name in (*param.opts, *param.secondary_opts)} | {"--help"}


def homes() -> dict[str, list[str]]:
    """Give the modules of commands, each with the commands that it has."""
    found: dict[str, list[str]] = {}
    for name, where in COMMANDS.items():
        found.setdefault(where.at.partition(":")[0], []).append(name)
    takes_subjects = [name for name in COMMANDS if "--subject" in options(name)]
    return {**found, subjects.__name__: takes_subjects}


def sentences(module: str) -> Iterator[str]:
    """Give the texts of a module, those in braces left out; docstrings and what declares an option are none."""
    tree = ast.parse(Path(import_module(module).__file__ or "").read_text("utf-8"))
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner:
            yield node.value


@pytest.mark.parametrize(("module", "commands"), sorted(homes().items()))
def test_a_text_names_options_that_its_command_has_or_the_command_that_has_them(
    module: str, commands: list[str]
) -> None:
    for text in sentences(module):
        named = re.findall(r"strandline ([a-z]+)", text)
        known = {option for name in {*commands, *named} & {*COMMANDS} for option in options(name)}
        assert (text, set(OPTION.findall(text)) - known) == (text, set())


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_help_text_names_options_that_its_command_has(command: str) -> None:
    found = main.get_command(click.Context(main), command)
    assert found is not None
    text = found.get_help(click.Context(found, info_name=command))
    named = set(re.findall(r"strandline ([a-z]+)", text)) & {*COMMANDS}
    assert set(OPTION.findall(text)) - {option for name in {command, *named} for option in options(name)} == set()
