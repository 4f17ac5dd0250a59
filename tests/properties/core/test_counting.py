"""Claims about counts: one of a thing is in the singular, wherever it is told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

import strandline.impl
import strandline.properties
from strandline.properties.core.counting import many, singular, size, tallied

NOUNS: Final = (
    "anchor|call|case|condition|connection|kind|law|line|order|process|row|run|seed|session|slice|state|step|time|trace|"
    "transition|turn|worker|world"
)
COUNTED: Final = re.compile(rf"\{{[^{{}}]*\}} (?:{NOUNS})(?:e?s)\b(?!/)")
"""A number in an f-string, and right after it a noun that is in the plural whatever the number."""

FIXED: Final = ("_MAX", "ratio:", "factorial(", ":>", ":g}", "name!r}", "{more}", "{REWRITE}")
"""What is never one, stands in a column, or is no number."""


def test_one_is_singular_and_all_else_plural() -> None:
    assert [many(count, "row") for count in (0, 1, 2, 1234)] == ["0 rows", "1 row", "2 rows", "1,234 rows"]
    assert (many(1, "refresh", "refreshes"), many(2, "refresh", "refreshes")) == ("1 refresh", "2 refreshes")
    plurals = ("queries", "searches", "pushes", "processes", "boxes", "callers", "cases")
    assert [*map(singular, plurals)] == ["query", "search", "push", "process", "box", "caller", "case"]
    assert size(1, 1) == "1 state, 1 transition"


@pytest.mark.parametrize(
    ("several", "one"),
    [
        ("states", "state"),
        ("real steps", "real step"),
        ("refreshes", "refresh"),
        ("queries", "query"),
        ("answers with turns", "answer with turns"),
        ("full scans: anchors lost", "full scan: anchors lost"),
        ("designs caught", "design caught"),
        ("depth", "depth"),
        ("resumed after a deletion", "resumed after a deletion"),
    ],
)
def test_what_evidence_counts_is_singular_for_one(several: str, one: str) -> None:
    assert (tallied(1, several), tallied(2, several)) == (f"1 {one}", f"2 {several}")


def test_no_text_of_ours_puts_a_plural_after_any_number() -> None:
    roots = [Path(part.__file__ or "").parent for part in (strandline.impl, strandline.properties)]
    found = [
        f"{path.name}: {match[0]}"
        for root in roots
        for path in root.rglob("*.py")
        for match in COUNTED.finditer(path.read_text("utf-8"))
        if not any(part in match[0] for part in FIXED)
    ]
    assert found == []
