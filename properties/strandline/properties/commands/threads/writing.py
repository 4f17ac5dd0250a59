"""The verbs of threads that write to one: ``append``, ``rename`` and ``flush``. They take its lock."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec

from strandline.impl.threads import calls
from strandline.impl.threads.errors import BadInputError, NotFoundError
from strandline.impl.threads.lines import Item
from strandline.impl.threads.product.folder import rollouts_of
from strandline.impl.threads.store import LiveThread, ThreadStore
from strandline.properties.commands import console
from strandline.properties.commands.options import BROKEN, FORMAT, duration
from strandline.properties.commands.threads.telling import speaking

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from strandline.impl.threads.effects import Outcome

DEADLINE: Final = "10s"
"""How long a verb waits for the row, unless another time is asked for."""

_DEADLINE = click.option(
    "--deadline", type=duration, default=DEADLINE, show_default=True, help="How long to wait for the row."
)


class _Given(msgspec.Struct, forbid_unknown_fields=True):
    """A line of standard input."""

    type: str
    payload: dict[str, Any]


@click.command("append", epilog='Example:    strandline threads notes append --message "hello"')
@click.argument("thread", required=False)
@click.option("--message", "messages", multiple=True, help="Append a message of the user; may be repeated.")
@click.option("--create", is_flag=True, help="Make THREAD if there is none.")
@click.option("--cwd", help="The folder that a new thread is about.")
@click.option("--model", help="The model of a new thread.")
@click.option("--sync", is_flag=True, help="Wait for the disk too, so that the lines outlive power loss.")
@_DEADLINE
@FORMAT
@click.pass_context
def append_command(  # noqa: PLR0913 - one parameter for each option
    ctx: click.Context,
    *,
    thread: str | None,
    messages: tuple[str, ...],
    create: bool,
    cwd: str | None,
    model: str | None,
    sync: bool,
    deadline: float,
    output: str,
) -> None:
    """Append to THREAD, or to a new one, and wait until it is listed.

    Without --message, each line of standard input is an object with a type and a payload: all are appended, or none.
    If another process writes THREAD, this one refuses and names it.
    """
    folder: Path = ctx.obj
    with speaking(ctx):
        items = [_said(message) for message in messages] if messages else _given()
        calls.appending(items)  # what is of no use makes no folder
        if thread is not None and not create:
            rollouts_of(folder)
        with _Store(folder, sync=sync) as store:
            live = _taken(store, thread, create=create, facts={"cwd": cwd, "model": model})
            outcome = live.append_and_flush(items, deadline=deadline, on_failure="return")
    _end(ctx, live.id, outcome, output)


@click.command("rename", epilog='Example:    strandline threads notes rename 3f2a "About greetings"')
@click.argument("thread")
@click.argument("title", required=False)
@click.option("--clear", is_flag=True, help="Take the title away; no message makes another one.")
@_DEADLINE
@FORMAT
@click.pass_context
def rename_command(  # noqa: PLR0913 - one parameter for each option
    ctx: click.Context, *, thread: str, title: str | None, clear: bool, deadline: float, output: str
) -> None:
    """Give THREAD a TITLE, and wait until it is listed.

    If another process writes THREAD, this one refuses and names it.
    """
    if (title is None) != clear:
        raise click.UsageError("give either a title or --clear")
    _on(ctx, thread, lambda live: live.rename(title, deadline=deadline, on_failure="return"), output)


@click.command("flush", epilog="Example:    strandline threads notes flush 3f2a")
@click.argument("thread")
@_DEADLINE
@FORMAT
@click.pass_context
def flush_command(ctx: click.Context, *, thread: str, deadline: float, output: str) -> None:
    """Bring the row of THREAD up to its rollout.

    If another process writes THREAD, this one refuses and names it: that process flushes it.
    """
    _on(ctx, thread, lambda live: live.persist(deadline=deadline, on_failure="return"), output)


class _Store(ThreadStore):
    """A store whose end tells nothing more than the call before it did, and waits for nothing that it did not."""

    def __exit__(self, *_: object) -> None:
        """Close the store."""
        self.close(deadline=0, on_failure="return")


def _on(ctx: click.Context, thread: str, call: Callable[[LiveThread], Outcome], output: str) -> None:
    with speaking(ctx):
        rollouts_of(ctx.obj)
        with _Store(ctx.obj) as store:
            outcome = call(store.resume(thread))
    _end(ctx, thread, outcome, output)


def _taken(store: ThreadStore, thread: str | None, *, create: bool, facts: dict[str, str | None]) -> LiveThread:
    """Take a thread up, or make it; what is told of a new one is of no use for another."""
    if thread is not None:
        try:
            live = store.resume(thread)
        except NotFoundError:
            if not create:
                raise
        else:
            if any(value is not None for value in facts.values()):
                raise BadInputError(f"thread {thread} is there already: what is told of a new one is of no use")
            return live
    return store.create(thread, **facts)


def _said(message: str) -> Item:
    return Item("event_msg", {"type": "user_message", "message": message})


def _given() -> list[Item]:
    """Read items from standard input."""
    items = []
    for number, line in enumerate(sys.stdin.buffer, 1):
        if line.strip():
            try:
                given = msgspec.json.decode(line, type=_Given)
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                raise BadInputError(f"line {number} of standard input is no item: {error}") from None
            items.append(Item(given.type, given.payload))
    if not items:
        raise BadInputError("standard input has no line, and no --message is given")
    return items


def _end(ctx: click.Context, thread: str, outcome: Outcome, output: str) -> None:
    """Tell what came of a call, and end with 4 if the row is behind, or nothing was written."""
    generation = outcome.generation
    error = None if outcome.status == "done" else calls.error(outcome)
    if output == "json":
        console.document(
            {
                "thread": thread,
                "status": outcome.status,
                "durable": outcome.durable,
                "token": None if generation is None else asdict(generation),
                "error": None if error is None else str(error),
            }
        )
    elif error is None:
        console.records([(thread, str(0 if generation is None else generation.ordinal))])
    if error is not None:
        console.complain(str(error))
        ctx.exit(BROKEN)
