"""Stand-ins for refreshes that a step does not read, so that what it does to all of them can be told from one."""

from __future__ import annotations

from typing import Any

from strandline.model.state import Ghost, Link, Slot, Task
from strandline.properties.memoworlds.hidden import Hidden, HiddenNumber, Since
from strandline.properties.memoworlds.parts import of


def bystander(actor: int, path: Any) -> Task:  # noqa: ANN401 - a file, none, or hidden
    """Give a refresh that everything happens to that can: it has found a memo, and a clean connection to the file.

    Nothing else of it is to be known. A refresh that is not there, or has come less far, has its
    flags down already, so what puts them down here may put them down for all.
    """

    def hidden(part: str) -> Any:  # noqa: ANN401 - stands for any value
        return Hidden(of(part, actor))

    led: Any = Since(hidden("ask"))
    ghost = Ghost(0, (), forgotten=False)
    return Task(
        window=hidden("ask"),
        phase=hidden("gate"),
        led=led,
        link=bystanding(of("link", actor), of("seen", actor), path),
        base=hidden("base"),
        base_ghost=ghost,
        found=hidden("found"),
        ghost=ghost,
        beside=Slot(hidden("beside"), ghost, hidden("beside")),
        stale=False,
        tries=hidden("tries"),
        swaps=hidden("swaps"),
        waits=hidden("waits"),
    )


def bystanding(name: str, seen: str, path: Any) -> Link:  # noqa: ANN401 - a file, none, or hidden
    """Give a clean connection to the file at the path; nothing at all is to be known of it if that is not."""
    hidden: Any = Hidden(name)
    if path is None or isinstance(path, Hidden):
        nothing: Link = hidden
        return nothing
    return Link(hidden, path, hidden, HiddenNumber(seen), clean=True)
