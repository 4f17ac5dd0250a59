"""Claims about known-bad views: whichever field of the scanner's state a view does not look at, the machine finds out.

The view is part of the judge. Were it to show a constant in place of a field, any fault of the scanner that shows in
that field alone would be hidden. Each mutant here shows the value that the field has most of the time, so that it is
the machine that has to come to where the field means something; nothing is asserted of the view itself.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

import pytest

from strandline.model.memo.memo import OPEN, Memo
from strandline.model.memo.oracle import Counts
from strandline.model.memo.state import Slot, Task
from strandline.model.memo.truth import Truth
from strandline.properties.core.system import SHIPPED
from strandline.properties.core.verdict import PartedError
from strandline.properties.engines.stateful.play import UNSHRUNK, play
from strandline.properties.systems.memo.driver import view
from strandline.properties.systems.memo.stateful.machine import ScannerMachine

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.search

MEMO: Final[dict[str, Any]] = {
    "epoch": 0,
    "inode": 1,
    "observation": 1,
    "coverage": OPEN,
    "cursor": 1,
    "sources": (),
    "anchors": (),
    "gaps": (),
    "full": False,
}
"""For each field of a memo what a view shows that does not look at it."""

TASK: Final[dict[str, Any]] = {
    "phase": "read",
    "base": None,
    "found": None,
    "beside": None,
    "unmoved": True,
    "tries": 0,
    "swaps": 0,
    "waits": 0,
}
"""The same for each field of a refresh that the scanner has."""

SLOT: Final[dict[str, Any]] = {"head": None, "body": None, "observation": 0, "epoch": 0}
"""The same for the slot."""

TRUTH: Final[dict[str, Any]] = {"turns": (), "counts": Counts(), "skipped": ()}
"""The same for an answer."""

GHOSTLY: Final = {"ask", "connection", "ghost", "trusted", "commit", "forgotten"}
"""What of a refresh and of the slot only the checker knows: the ghosts move it, and the scanner has no such thing."""


def blind(shown: Callable[..., Any], field: str, value: object) -> Callable[..., Any]:
    """Make a view that shows the same value in a field, whatever the scanner's state."""

    def see(*args: Any) -> Any:  # noqa: ANN401 - as the view's
        whole = shown(*args)
        constant: dict[str, Any] = {field: value}
        return whole._replace(**constant) if isinstance(whole, Truth) else replace(whole, **constant)

    return see


MUTANTS: Final = [
    *(pytest.param("memo", name, value, id=f"memo.{name}") for name, value in MEMO.items()),
    *(pytest.param("task", name, value, id=f"task.{name}") for name, value in TASK.items()),
    *(pytest.param("stored", name, value, id=f"slot.{name}") for name, value in SLOT.items()),
]


@pytest.mark.parametrize(("part", "field", "value"), MUTANTS)
def test_a_view_that_does_not_look_at_a_field_is_found_out_by_the_machine(part: str, field: str, value: object) -> None:
    shown = getattr(view, part)
    with (
        patch.object(view, part, blind(shown, field, value)),
        pytest.raises(PartedError, match="scanner and model part ways"),
    ):
        play(ScannerMachine.on, SHIPPED, UNSHRUNK)


@pytest.mark.parametrize("field", TRUTH)
def test_an_answer_that_is_not_seen_whole_breaks_a_law(field: str) -> None:
    with patch.object(view, "truth", blind(view.truth, field, TRUTH[field])):
        _, broken = play(ScannerMachine.on, SHIPPED, UNSHRUNK)
    assert broken is not None
    assert broken.law == "M1"


def test_every_field_that_the_view_shows_has_a_mutant() -> None:
    assert set(MEMO) == {field.name for field in fields(Memo)}
    assert set(TASK) == {field.name for field in fields(Task)} - GHOSTLY
    assert set(SLOT) == {field.name for field in fields(Slot)} - GHOSTLY
    assert set(TRUTH) == set(Truth._fields)
