"""Every row of a synthetic codex means what it was written to mean: to the oracle, and to the scanner too."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo.parse import parse
from strandline.impl.memo.product.writer.drafts import Plan, lines
from strandline.impl.memo.product.writer.synthetic import rust
from strandline.impl.memo.product.writer.synthetic.codexes import CODEXES
from strandline.impl.memo.product.writer.synthetic.entry import NOTHING, Meaning
from strandline.model.memo.facts import fact

if TYPE_CHECKING:
    from strandline.impl.memo.product.writer.synthetic.codexes import Name
    from strandline.model.memo.facts import Fact

NOW = 1_800_000_000


def said(found: Fact | None, column: str | None) -> Meaning:
    """Spell what was read of a row as what it was written to mean; of what is unreadable nothing but that counts."""
    if found is None:
        return NOTHING
    if found.kind == "unreadable":
        return Meaning("unreadable")
    return Meaning(found.kind, found.turn, column or found.thread, found.model, found.tier)


@pytest.mark.parametrize("malformed", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("codex", CODEXES)
def test_each_row_means_what_it_was_written_to_mean(codex: Name, malformed: float) -> None:
    plan = Plan(codex=codex, seed=len(codex), malformed=malformed)
    for draft, entry in islice(lines(plan, NOW), 6000):
        assert (said(fact(draft.body), draft.thread), draft.body) == (entry.meaning, entry.body)
        if draft.body is not None:
            assert tuple(parse(str(draft.body).encode()) or ()) == tuple(fact(draft.body) or ())


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("plain, naïve 潮", '"plain, naïve 潮"'),
        ('say "done"', r'"say \"done\""'),
        ("C:\\tides", r'"C:\\tides"'),
        ("a\nb\tc\rd\0", r'"a\nb\tc\rd\0"'),
        ("\x1b[1m\u200b", r'"\u{1b}[1m\u{200b}"'),
        ("it's", '"it\'s"'),
    ],
)
def test_strings_are_printed_as_rust_prints_them(text: str, printed: str) -> None:
    assert rust.string(text) == printed
    assert rust.option(text) == f"Some({printed})"


def test_a_struct_prints_its_fields_in_order_and_what_is_missing_as_none() -> None:
    assert rust.struct("Text", {"text": rust.string("x"), "id": rust.option(None)}) == 'Text { text: "x", id: None }'
