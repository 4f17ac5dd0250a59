"""Claims about rows that cannot be read: why each is skipped, and where it counts."""

from __future__ import annotations

import pytest

from strandline.model.memo import truth as module
from strandline.model.memo.days import Span
from strandline.model.memo.log import Body, Raw, Row
from strandline.model.memo.truth import counted, skip, skipped, text_of

MARKERS = ("mark",)


def row(body: Body, ts: object = 100) -> Row:
    """A row of the log."""
    return Row(1, ts, 0, None, None, body)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (row("mark"), None),
        (row(""), None),
        (row(None), "null"),
        (row(b"mark"), "blob"),
        (row(Raw(b"mark \xff")), "utf8"),
        (row(Raw(b"\xff")), None),
        (row("mark \ud800"), "utf8"),
        (row("mark", "noon"), "ts"),
        (row(None, 1.5), "ts"),
        (row(None, None), "ts"),
    ],
)
def test_a_row_that_cannot_be_read_has_a_reason(one: Row, reason: str | None) -> None:
    assert skip(one, MARKERS) == reason


def test_without_markers_each_body_must_decode() -> None:
    assert skip(row(Raw(b"\xff")), ()) == "utf8"
    assert skip(row("a"), ()) is None


def test_a_body_that_is_too_long_is_skipped_whatever_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BODY_MAX", 3)
    assert skip(row("\u00e9a"), MARKERS) is None
    assert skip(row("\u00e9\u00e9"), MARKERS) == "size"
    assert skip(row(Raw(b"\xff" * 4)), MARKERS) == "size"
    assert text_of("\u00e9\u00e9") is None


def test_a_row_counts_in_its_span_and_one_without_a_time_in_every_span() -> None:
    rows = [row(None, 10), row(None, 20), row(b"", 20), row("mark", "noon"), row("mark", 20)]
    assert skipped(rows, Span(15, None), MARKERS) == (("blob", 1), ("null", 1), ("ts", 1))
    assert skipped(rows, Span(None, 5), MARKERS) == (("ts", 1),)


def test_what_never_came_is_not_counted() -> None:
    assert counted({"utf8": 1, "null": 0, "blob": 2}) == (("blob", 2), ("utf8", 1))
