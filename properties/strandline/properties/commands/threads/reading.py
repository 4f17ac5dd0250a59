"""The verbs of threads that read: ``list``, ``show`` and ``follow``. They take no lock."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import click

from strandline.impl.threads.product import following
from strandline.impl.threads.product.folder import described, reader_of, rows, shown, threads_of
from strandline.properties.commands import console
from strandline.properties.commands.options import FORMAT, duration
from strandline.properties.commands.threads.telling import moment, speaking, text
from strandline.properties.core.counting import many
from strandline.properties.core.line import command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.impl.threads.lines import Line
    from strandline.impl.threads.row import Row

LIMIT: Final = 50
"""Threads of a list, unless another number is asked for."""
_SHOWN: Final = 120  # characters of a line that people are shown


@click.command("list", epilog="Example:    strandline threads notes list --limit 5")
@click.option("--limit", type=click.IntRange(1), default=LIMIT, show_default=True, help="At most so many.")
@click.option("--all", "every", is_flag=True, help="All of them.")
@FORMAT
@click.pass_context
def list_command(ctx: click.Context, *, limit: int, every: bool, output: str) -> None:
    """List threads that have a row, the most recent first.

    In a pipe each is a line: thread, time, title, model and folder, parted by tabs. It reads, whoever writes.
    """
    folder: Path = ctx.obj
    with speaking(ctx), reader_of(folder) as reader:
        found = list(rows(reader, None if every else limit))
        there = len(threads_of(folder))
    if output == "json":
        console.document({"threads": [described(row) for row in found]})
    elif sys.stdout.isatty() and found:
        console.table(("thread", "last turn", "title", "model", "folder"), map(_cells, found))
    else:
        console.records(map(_cells, found))
    if there > len(found) and (every or len(found) < limit):
        lacking = many(there - len(found), "rollout")
        console.note(f"{lacking} without a row: see {command(('strandline', 'threads', str(folder), 'doctor'))}")


def _cells(row: Row) -> tuple[str | None, ...]:
    title = row["title"] if row["title"] is not None else row["preview"]
    told = (None if value is None else text(value) for value in (title, row["model"], row["cwd"]))
    return row.thread, moment(row.recency or None), *told


@click.command("show", epilog="Example:    strandline threads notes show 3f2a")
@click.argument("thread")
@FORMAT
@click.pass_context
def show_command(ctx: click.Context, *, thread: str, output: str) -> None:
    """Show what the row of THREAD says, how far it is behind its rollout, and who writes it.

    It reads, whoever writes.
    """
    with speaking(ctx):
        found = shown(ctx.obj, thread)
    if output == "json":
        console.document(found)
    else:
        console.tell(_told(found))


def _told(found: dict[str, Any]) -> Iterator[str]:
    row, rollout = found["row"], found["rollout"]
    yield f"thread: {text(found['thread'])}"
    for name, value in (row or {}).items():
        if name not in {"thread", "explicit", "token"} and value is not None:
            asked = " (explicit)" if name in row["explicit"] else ""
            yield f"{name.replace('_', ' ')}: {moment(value) if name.endswith('_at') else text(value)}{asked}"
    if row is None:
        yield "row: none; a flush or the process that writes it makes one"
    elif found["behind"] is None:
        yield "row: of another history than the rollout; resume or flush the thread"
    else:
        yield f"row: {many(found['behind'], 'line')} behind" if found["behind"] else "row: has every line"
    yield f"rollout: {text(rollout['path'])}, {many(rollout['lines'], 'line')}, {many(rollout['bytes'], 'byte')}"
    if rollout["torn"] is not None:
        yield f"torn: {many(rollout['torn']['length'], 'byte')} behind the last line: {text(rollout['torn']['reason'])}"
    pid = rollout["written_by"]
    yield f"written by: {'nobody, as far as the system tells' if pid is None else f'process {pid}'}"


@click.command("follow", epilog="Example:    strandline threads notes follow 3f2a --from 1 --for 0")
@click.argument("thread")
@click.option("--from", "first", type=click.IntRange(1), help="Begin with this line.  [default: the last ten]")
@click.option("--for", "length", type=duration, help="End after this time.  [default: Ctrl-C]")
@FORMAT
@click.pass_context
def follow_command(ctx: click.Context, *, thread: str, first: int | None, length: float | None, output: str) -> None:
    """Show the lines of THREAD, and go on with those that are appended, by whichever process.

    With the format json they are shown as they stand in the rollout. It reads, whoever writes; it ends when the
    rollout is removed, with exit code 4.
    """
    with speaking(ctx), suppress(KeyboardInterrupt):
        for raw, line in following.follow(ctx.obj, thread, first=first, seconds=length):
            if output == "json":
                console.document(raw)
            else:
                console.tell([_line(line)])


def _line(line: Line) -> str:
    """Write a line for people: its number, time and type, and a little of what it holds."""
    payload = line.payload
    kind = f"{line.type} {payload['type']}" if isinstance(payload.get("type"), str) else line.type
    said = payload.get("message")
    rest = {name: value for name, value in payload.items() if name != "type"}
    short = text(said if isinstance(said, str) else json.dumps(rest, ensure_ascii=False))
    short = short if len(short) <= _SHOWN else f"{short[:_SHOWN]}…"
    return f"{line.ordinal:>6} {text(line.timestamp)} {text(kind)}: {short}"
