"""What a process that was killed must leave: the row becomes the fold of the rollout, and no line is gone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from strandline.impl.threads.fold import fold, milliseconds
from strandline.impl.threads.limits import Limits
from strandline.impl.threads.patch import at_rest
from strandline.impl.threads.store import ThreadStore
from tests.impl.threads.items import PATIENCE, counted

if TYPE_CHECKING:
    from pathlib import Path

LIMITS = Limits(pace=0.001, touch=0.001, backoff=0.001, backoff_max=0.01)


def lines(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a rollout, read without any help of what is tested."""
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


def assert_sound_after_resume(folder: Path, thread: str = "t") -> int:
    """Resume, append once and flush: the row is the fold of the lines, and none that was there is gone."""
    path = folder / "rollouts" / f"{thread}.jsonl"
    before = lines(path)
    size = sum(len(line) + 1 for line in path.read_bytes().split(b"\n")[:-1])
    torn = path.stat().st_size - size
    with ThreadStore(folder, limits=LIMITS) as store:
        live = store.resume(thread)
        assert (0 if live.torn is None else live.torn.length) == torn, "a torn tail is named"
        live.append([counted(7)])
        assert live.flush(deadline=PATIENCE).status == "done"
        row = store.read(thread)
        assert row is not None
    after = lines(path)
    assert after[: len(before)] == before
    assert [line["ordinal"] for line in after] == list(range(1, len(after) + 1))
    whole = fold((line["type"], line["payload"], milliseconds(line["timestamp"])) for line in after)
    assert row.patch == at_rest(whole)
    assert row.generation.ordinal == len(after)
    return len(after)
