"""Claims about following a rollout: its whole lines come once each, also while another process writes them."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from strandline.impl.threads.errors import GoneError, NotFoundError
from strandline.impl.threads.product.following import follow
from strandline.impl.threads.store import ThreadStore
from tests.impl.threads.items import noise
from tests.impl.threads.stores import LAZY, unix

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_lines_come_as_they_are_appended_and_half_ones_when_they_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "rollouts" / "t.jsonl"
    with ThreadStore(tmp_path, limits=LAZY) as store:
        thread = store.create("t")
        thread.append([noise(str(number)) for number in range(14)])

        def half() -> None:
            with path.open("ab") as file:
                file.write(b'{"ord')

        steps: list[Callable[[], object]] = [
            lambda: thread.append([noise("more")]),
            half,
            lambda: thread.append([noise("over it")]),
        ]
        lines = follow(tmp_path, "t", first=None, seconds=None, wait=lambda _: void(steps.pop(0)()))
        seen = [json.loads(raw)["ordinal"] for raw, _ in islice(lines, 12)]
        lines.close()
    assert seen == [*range(6, 16), 16, 17]


def void(_: object) -> None:
    """Give nothing, whatever is given."""


def test_what_is_there_is_shown_from_a_line_on_and_no_longer_than_was_asked(tmp_path: Path) -> None:
    with ThreadStore(tmp_path, limits=LAZY) as store:
        store.create("t").append([noise(), noise()])
    assert [line.ordinal for _, line in follow(tmp_path, "t", first=2, seconds=0)] == [2, 3]
    with pytest.raises(NotFoundError, match="list them"):
        list(follow(tmp_path, "u", first=None, seconds=0))


@unix
def test_a_rollout_that_is_discarded_ends_it_with_a_word(tmp_path: Path) -> None:
    with ThreadStore(tmp_path, limits=LAZY) as store:
        thread = store.create("t")
        thread.append([noise()])
        with pytest.raises(GoneError, match="follow it anew"):
            list(follow(tmp_path, "t", first=1, seconds=None, wait=lambda _: void(thread.discard())))
