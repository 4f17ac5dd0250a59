"""Claims about the algebra of patches: proved of what is shipped, and refuted of each text that is wrong."""

from __future__ import annotations

import pytest

from strandline.impl.threads.patch import COLUMNS, EMPTY, Cell, Patch, latch, merge
from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.contracts.prover import REFUTING, prove
from strandline.properties.systems.threads.contracts.patches import CONDITIONS, CONTRACTS, REFUTED


@pytest.mark.search
def test_every_condition_is_confirmed() -> None:
    assert [one.condition.says for one in prove(CONDITIONS) if one.outcome.verdict is not Verdict.HOLDS] == []


@pytest.mark.search
def test_every_wrong_text_is_refuted() -> None:
    proofs = list(prove(REFUTED, REFUTING))
    assert [one.condition.says for one in proofs if one.outcome.verdict is not Verdict.VIOLATED] == []
    assert len(proofs) == len(CONTRACTS)


def test_patches_are_merged_column_by_column() -> None:
    """So what holds of each rule holds of patches."""
    for place, column in enumerate(COLUMNS):
        one, other = (
            Patch(tuple(Cell(value) if at == place else None for at in range(len(COLUMNS)))) for value in (1, 2)
        )
        merged = merge(one, other)
        assert [at for at, found in enumerate(merged.cells) if found is not None] == [place], column.name
        assert merge(one, EMPTY) == merge(EMPTY, one) == one
    titles = (Cell("said"), Cell("named", explicit=True))
    assert merge(*(Patch((title, *EMPTY.cells[1:])) for title in titles)).cells[0] == latch(*titles)
