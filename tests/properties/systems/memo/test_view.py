"""Claims about the view: nothing that the model has a place for is lost on the way from the scanner to it."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import fields
from typing import Any

import pytest

from strandline.impl.memo import refresh as impl
from strandline.impl.memo.answer import Snapshot
from strandline.impl.memo.memo import Anchor, Limits, Place
from strandline.impl.memo.memo import Memo as RealMemo
from strandline.impl.memo.parse import Parsed
from strandline.impl.memo.projection import Fact
from strandline.impl.memo.window import Span
from strandline.model.memo.log import Raw, Row
from strandline.model.memo.memo import Memo
from strandline.model.memo.oracle import fact
from strandline.model.terms import Step
from strandline.properties.systems.memo.driver import view
from strandline.properties.systems.memo.driver.lockstep import Lockstep
from strandline.properties.systems.memo.driver.templates import Templates
from strandline.properties.systems.memo.spec.worlds import COMPLETED, REQUEST

P = Row(1, 10, 1, "t", None, REQUEST % "p")
DONE = Row(2, 20, 2, None, "v", COMPLETED % "p")
NOISE = Row(3, 20, 3, None, None, "noise")

SAYS = Parsed("request", "p", "t", "priority", "m")
"""What row P says."""


def lockstep() -> None:
    """Walk a scanner and its model through a short story in which every field of a memo comes to mean something."""
    with Templates() as templates, closing(Lockstep("field", templates, Counter())) as harness:
        for template in (0, 2):
            harness.take(Step("append", None, template))
        harness.take(Step("start", 0))
        harness.finish(0)


def knowing(*rows: Row) -> view.Library:
    library = view.Library()
    library.learn(rows)
    return library


def remembered(row: Row) -> Fact[Parsed]:
    """Give the fact that the scanner makes of a row."""
    stored = view.log_row(row)
    says = fact(row.body)
    assert says is not None
    assert isinstance(row.ts, int)
    return Fact(row.id, row.ts, row.nanos, Parsed(*says), stored.partition, stored.digest)


def test_a_scanner_seen_whole_walks_with_its_model() -> None:
    lockstep()


def test_a_source_is_found_by_all_that_is_remembered_of_it() -> None:
    library = knowing(P, DONE, NOISE)
    assert library.source(remembered(P)) == P
    assert library.source(remembered(DONE)) == DONE


@pytest.mark.parametrize(
    "change",
    [
        *({"id": 9}, {"ts": 9}, {"nanos": 9}, {"partition": None}, {"digest": b"other"}),
        *({"says": {"kind": kind}} for kind in ("tags", "submission", "completed", "unreadable")),
        *({"says": {name: other}} for name in ("turn", "thread", "tier", "model") for other in (None, "other")),
    ],
    ids=lambda change: ",".join(map(str, change.get("says", change))),
)
def test_a_fact_that_differs_in_anything_is_a_stranger(change: dict[str, Any]) -> None:
    known = remembered(P)
    assert known.says == SAYS
    if "says" in change:
        change = {"says": SAYS._replace(**change["says"])}
    stranger = knowing(P).source(known._replace(**change))
    assert stranger.nanos == view.STRANGER
    assert stranger.body is None


@pytest.mark.parametrize(
    "change", [{"id": 9}, {"partition": None}, {"digest": b"other"}], ids=lambda change: next(iter(change))
)
def test_an_anchor_that_differs_in_anything_is_a_stranger(change: dict[str, Any]) -> None:
    library = knowing(P)
    stored = view.log_row(P)
    anchor = Anchor(P.id, stored.partition, stored.digest)
    assert library.anchor(anchor) == P
    assert library.anchor(anchor._replace(**change)).nanos == view.STRANGER


def test_a_row_that_is_no_source_can_be_an_anchor_and_not_a_source() -> None:
    library = knowing(NOISE)
    stored = view.log_row(NOISE)
    assert library.anchor(Anchor(NOISE.id, stored.partition, stored.digest)) == NOISE
    as_fact = remembered(P)._replace(id=NOISE.id, ts=20, nanos=3, partition=None, digest=stored.digest)
    assert library.source(as_fact).nanos == view.STRANGER


@pytest.mark.parametrize(
    ("body", "stored"),
    [
        (None, (b"null", None)),
        ("text", (b"text", b"text")),
        (b"blob", (b"blob", None)),
        (Raw(b"\xff"), (b"text", b"\xff")),
    ],
    ids=["null", "text", "blob", "raw"],
)
def test_a_row_comes_as_sqlite_gives_it(body: Any, stored: tuple[bytes, bytes | None]) -> None:  # noqa: ANN401 - any body
    row = view.log_row(P._replace(body=body))
    assert (row.kind, row.body) == stored
    assert row.size == (None if body is None else 1 if isinstance(body, Raw) else 4)


def test_a_time_that_is_text_comes_as_bytes() -> None:
    assert view.log_row(P._replace(ts="noon")).ts == b"noon"


def test_a_refresh_that_waits_for_no_gate_of_the_world_cannot_be_seen() -> None:
    ask = impl.Ask(Span(None, None), ended=False, limits=Limits())
    reading = impl.Reading(ask, impl.Tally(), Place(0, 1))
    assert view.phase(reading) == "read"
    with pytest.raises(TypeError, match="Resting waits at no gate"):
        view.phase(impl.Resting(reading))


def test_the_device_and_the_snapshot_are_the_only_parts_of_a_memo_that_the_model_has_no_place_for() -> None:
    mapped = {"epoch", "place", "observation", "coverage", "cursor", "sources", "anchors", "gaps", "full"}
    assert {field.name for field in fields(RealMemo)} - mapped == {"snapshot"}
    real = RealMemo(1, Place(5, 2), 3, 4, 5, (), (), ((6, 7),), Snapshot(5, 2, 1, 5, 5, 3), full=True)
    assert view.memo(real, knowing()) == Memo(1, 2, 3, 4, 5, (), (), ((6, 7),), full=True)
