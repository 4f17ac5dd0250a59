"""What the commands have in common: exit codes, parameter types, and a group that keeps to both."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

import click
from click.shell_completion import CompletionItem

from strandline.properties.interruption import INTERRUPTED, came, heard
from strandline.properties.lengths import memory, seconds
from strandline.properties.live import turns
from strandline.properties.live.plan import Plan
from strandline.properties.nearest import meant
from strandline.properties.report import console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TextIO

USAGE: Final = 2
"""Exit code: the call was a mistake."""

BROKEN: Final = 4
"""Exit code: the program, or what it works on, failed."""

UNHEARD: Final = 141
"""Exit code by custom: nobody read the output to its end."""

_PLAN: Final = Plan()


class Found(NamedTuple):
    """Where a command is, as ``module:name``, and what a list of commands says of it."""

    at: str
    says: str


class Group(click.Group):
    """Asks after a mistaken name of a command which one was meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that some arguments begin with."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            known = self.list_commands(ctx)
            ctx.fail(f"there is no command named {name!r}{meant(name, known)}; there are {', '.join(known)}")
        return super().resolve_command(ctx, args)


class Commands(Group):
    """Imports a command when it is called, and keeps the exit codes 0, 1 and 3 for verdicts, whatever else happens."""

    def __init__(self, *, found: Mapping[str, Found], **rest: Any) -> None:  # noqa: ANN401 - as in click
        """Find all commands in modules, by what they are called; the rest is as in click."""
        super().__init__(**rest)
        self._found = found

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as in click
        """Name all commands, whether they were imported or not."""
        return sorted(self._found)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give a command, None if there is none of this name."""
        if cmd_name in self._found and cmd_name not in self.commands:
            module, _, name = self._found[cmd_name].at.partition(":")
            self.add_command(getattr(import_module(module), name), cmd_name)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, and import none of them for it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._found[name].says) for name in self.list_commands(ctx)])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a command, and import none of them for it."""
        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        items = [CompletionItem(name, help=self._found[name].says) for name in names]
        return [*items, *click.Command.shell_complete(self, ctx, incomplete)]

    def main(self, *args: Any, **rest: Any) -> Any:  # noqa: ANN401 - as in click
        """Run from the command line; whatever asks the program to end interrupts it."""
        with heard():
            return super().main(*args, **rest)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - as in click
    ) -> click.Context:
        """Begin a run; --help and --version speak here already."""
        if sys.stdout is None:
            console.complain("standard output is closed")
            raise click.exceptions.Exit(BROKEN)
        with _speaking():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as in click
        """Run a command."""
        console.speak_plainly()
        try:
            with _speaking():
                return super().invoke(ctx)
        except click.UsageError as error:
            where = error.ctx.command_path if error.ctx else "strandline"
            console.complain(f"{' '.join(error.format_message().split())} (see {where} --help)")
            ctx.exit(USAGE)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception:  # noqa: BLE001 - Python's own exit code for this is 1, which would say "violated"
            if came():  # what an import made of the interrupt, or what it left half done
                ctx.exit(INTERRUPTED)
            traceback.print_exc()
            ctx.exit(BROKEN)


@contextmanager
def _speaking() -> Iterator[None]:
    """Turn an interrupt, output that nobody reads, or that there is no room for, into an exit code."""
    try:
        yield
    except KeyboardInterrupt as error:  # click's own exit code for this is 1, which would say "violated"
        raise click.exceptions.Exit(INTERRUPTED) from error
    except BrokenPipeError as error:
        _silence(sys.stdout)
        raise click.exceptions.Exit(UNHEARD) from error
    except OSError as error:
        _silence(sys.stdout)
        try:
            console.complain(str(error))
        except OSError:
            _silence(sys.stderr)
        raise click.exceptions.Exit(BROKEN) from error


def _silence(stream: TextIO) -> None:
    """Send what is still buffered nowhere, or the interpreter would complain of it at its end."""
    with suppress(OSError):  # a stream without a file has nothing to send
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def day(text: str) -> turns.Day:
    """Read an option that is a day."""
    try:
        return turns.parse_day(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def duration(text: str) -> float:
    """Read an option that is a length of time, in seconds or with a unit; give seconds."""
    try:
        return seconds(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def amount(text: str) -> int:
    """Read an option that is an amount of memory; give bytes."""
    try:
        return memory(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


FORMAT = click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to answer."
)
# A file that may not be read is an outcome of reading, not a mistake in the call.
DATABASE = click.argument("database", metavar="DB", type=click.Path(path_type=Path, readable=False))


def plan_option(name: str, says: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make the option that sets a number of the writer's plan, with the plan's own default."""
    default = getattr(_PLAN, name)
    return click.option(
        f"--{name.replace('_', '-')}", type=type(default), default=default, show_default=True, help=says
    )


def refuse(error: Exception) -> NoReturn:
    """End in a usage error: one clear line."""
    raise click.UsageError(str(error)) from error


def refuse_unknown(what: str, names: tuple[str, ...], known: tuple[str, ...]) -> None:
    """End in a usage error that lists the known names if one is not among them."""
    for name in names:
        if name not in known:
            raise click.UsageError(
                f"there is no {what} named {name!r}{meant(name, known)}; there are {', '.join(known)}"
            )
