"""What the verbs of threads have in common: how they fail, and how they show a time."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from strandline.impl.threads.errors import BadInputError, ExistsError, ForeignTokenError, NotFoundError, ThreadError
from strandline.properties.commands import console
from strandline.properties.commands.options import BROKEN, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

_MISTAKES = (BadInputError, ExistsError, ForeignTokenError, NotFoundError)


@contextmanager
def speaking(ctx: click.Context) -> Iterator[None]:
    """Turn what a store raises into one line: a mistake in the call, or a failure."""
    try:
        yield
    except _MISTAKES as error:
        refuse(error)
    except ThreadError as error:
        console.complain(str(error))
        ctx.exit(BROKEN)


def moment(at: object) -> str | None:
    """Write a time in milliseconds since 1970, in the zone of this machine; None if it is none."""
    if not isinstance(at, int):
        return None
    try:
        return datetime.fromtimestamp(at / 1000, UTC).astimezone().isoformat(sep=" ", timespec="seconds")
    except (OverflowError, ValueError, OSError):
        return f"@{at}"


def text(value: object) -> str:
    """Write a value on one line."""
    return " ".join(str(value).split())
