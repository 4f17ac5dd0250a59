"""The options that name somebody else's scanner, and what becomes of them."""

from __future__ import annotations

import os
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from strandline.properties.commands.options import duration, refuse
from strandline.properties.core.named import LoadError
from strandline.properties.systems.memo.blackbox.child import Child
from strandline.properties.systems.memo.blackbox.factory import InProcess, load
from strandline.properties.systems.memo.blackbox.judged import Bench
from strandline.properties.systems.memo.blackbox.subject import DEADLINE, Launch, Subject

if TYPE_CHECKING:
    from collections.abc import Callable

NAME_MAX: Final = 60
"""Characters of a command that evidence and traces call a subject by."""

_OPTIONS: Final = (
    click.option("--subject", "factory", metavar="MODULE:FACTORY", help="Judge this scanner instead, in Python."),
    click.option("--subject-cmd", "command", metavar="CMD", help="Judge this program instead, over JSON lines."),
    click.option("--deadline", type=duration, help=f"What a refresh of a subject may take.  [default: {DEADLINE:g}s]"),
)


def subject_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that name a subject, in the order in which its help lists them."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def bench_for(factory: str | None, command: str | None, deadline: float | None) -> Bench | None:
    """Give the bench that judges what the options name, None if they name nothing.

    Raises:
        click.UsageError: they exclude each other, or what they name cannot be loaded.
    """
    if factory is not None and command is not None:
        raise click.UsageError("--subject and --subject-cmd exclude each other")
    if factory is None and command is None:
        if deadline is not None:
            raise click.UsageError("--deadline needs --subject or --subject-cmd")
        return None
    if deadline == 0:
        raise click.UsageError("--deadline leaves no time at all: write 10s, or more")
    patience = DEADLINE if deadline is None else deadline
    launch = _in_process(factory, patience) if factory is not None else _program(command or "", patience)
    return Bench(launch, datetime.now(UTC).date())


def _in_process(name: str, deadline: float) -> Launch:
    try:
        factory = load(name)
    except LoadError as error:
        refuse(error)
    return Launch(_short(name), ("--subject", name), lambda: InProcess(factory, deadline))


def _program(command: str, deadline: float) -> Launch:
    if os.name == "nt":
        raise click.UsageError("--subject-cmd needs process groups, which Windows does not have: use --subject")
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise click.UsageError(f"--subject-cmd {command!r} is no command: {error}") from error
    if not words:
        raise click.UsageError("--subject-cmd is empty: name a program")

    def start() -> Subject:
        return Child(words, deadline)

    return Launch(_short(shlex.join([Path(words[0]).name or words[0], *words[1:]])), ("--subject-cmd", command), start)


def _short(name: str) -> str:
    return name if len(name) <= NAME_MAX else f"{name[: NAME_MAX - 3]}..."
