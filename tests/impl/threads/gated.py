"""What the tests of the face for trio share: a bounded run, and a database whose attempts wait at a gate."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import trio
import trio.testing

from strandline.impl.threads.database import MetadataStore
from strandline.impl.threads.limits import Limits
from tests.impl.threads.items import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from strandline.impl.threads.effects import Applied, Failed, Mismatch
    from strandline.impl.threads.row import Row
    from strandline.impl.threads.trio import TrioLiveThread, TrioThreadStore


LAZY = Limits(pace=PATIENCE, touch=PATIENCE, busy=0.05, drain=PATIENCE)


def run(main: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        with trio.fail_after(PATIENCE):
            await main()

    trio.run(bounded)


async def row_of(store: TrioThreadStore, thread: TrioLiveThread) -> Row:
    row = await store.read(thread.id)
    assert row is not None
    return row


class Gated(MetadataStore):
    """A database whose attempts wait at a gate, and tell when one is there."""

    def __init__(self, folder: Path) -> None:
        (folder / "rollouts").mkdir(exist_ok=True)
        super().__init__(folder / "threads.sqlite", folder / "rollouts", busy=0.05)
        self.open = threading.Event()
        self.open.set()
        self.arrived = threading.Event()
        self.dies: BaseException | None = None

    def apply(self, *arguments: Any) -> list[Applied | Mismatch | Failed]:  # noqa: ANN401 - as the store's
        self.arrived.set()
        if self.dies is not None:
            raise self.dies
        assert self.open.wait(PATIENCE)
        return super().apply(*arguments)


async def arrived(database: Gated) -> None:
    await trio.to_thread.run_sync(database.arrived.wait, PATIENCE)
