"""A group of commands: each is imported when it is called, and all keep to the same exit codes."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from strandline.properties.commands import console
from strandline.properties.commands.options import BROKEN, UNHEARD, USAGE
from strandline.properties.core.nearest import meant
from strandline.properties.harness.interruption import INTERRUPTED, came, heard

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TextIO


class Found(NamedTuple):
    """Where a command is, as ``module:name``, and what a list of commands says of it."""

    at: str
    says: str


class Group(click.Group):
    """Asks after a mistaken name of a command which one was meant."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Say in one line which commands there are below, where none is named."""
        if not args and ctx.parent is not None:
            ctx.fail(f"name a command: {', '.join(self.list_commands(ctx))}")
        return super().parse_args(ctx, args)

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
            try:
                return super().make_context(info_name, args, parent, **extra)
            except click.UsageError as error:
                _refused(error)
                raise click.exceptions.Exit(USAGE) from error

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as in click
        """Run a command."""
        console.speak_plainly()
        try:
            with _speaking():
                return super().invoke(ctx)
        except click.UsageError as error:
            _refused(error)
            ctx.exit(USAGE)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception:  # noqa: BLE001 - Python's own exit code for this is 1, which would say "violated"
            if came():  # what an import made of the interrupt, or what it left half done
                ctx.exit(INTERRUPTED)
            console.fault()
            ctx.exit(BROKEN)


def _refused(error: click.UsageError) -> None:
    where = error.ctx.command_path if error.ctx else "strandline"
    console.complain(f"{' '.join(error.format_message().split())} (see {where} --help)")


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
