"""The page of the laws of live threads says what is so."""

from __future__ import annotations

import pytest

from strandline.properties.systems.threads.laws import LAWS
from strandline.properties.systems.threads.mutants import MUTANTS
from strandline.properties.systems.threads.worlds import SMALL
from tests.test_docs import page, rows

pytestmark = pytest.mark.checkout

PAGE = "docs/threads-laws.md"


def test_the_page_has_every_law_with_its_cover_and_its_mutants() -> None:
    assert rows(page(PAGE), "law") == [
        (
            law.number,
            law.name,
            law.kind,
            law.says,
            law.why,
            law.cover.says if law.cover is not None else "",
            ", ".join(mutant.name for mutant in MUTANTS if mutant.law == law.number),
        )
        for law in LAWS
    ]


def test_the_page_has_every_mutant() -> None:
    assert rows(page(PAGE), "mutant") == [(one.name, one.hazard, one.law, one.where, one.says) for one in MUTANTS]


def test_the_page_has_every_world() -> None:
    assert [row[0] for row in rows(page(PAGE), "world")] == list(SMALL)
