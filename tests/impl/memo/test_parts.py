"""Claims about the parts of a memo: whatever changes, they hold all sources, and few of them are written again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strandline.impl.memo import parts
from strandline.impl.memo.encoding import digest
from strandline.impl.memo.parts import PART, cut
from tests.impl.memo.shelved import CODEC, fact

ROWS = st.sets(st.integers(1, 200)).map(sorted)


def held(done: parts.Cut) -> list[int]:
    return [one.id for written in done.written for one in written.sources or ()]


@given(ROWS, ROWS, st.booleans())
def test_parts_cut_along_other_parts_hold_all_sources_in_order(
    before: list[int],
    after: list[int],
    forgotten: bool,  # noqa: FBT001 - drawn
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "PART", 8)
        known = cut(CODEC, [fact(row) for row in before], ()).written
        if forgotten:
            known = tuple(one._replace(sources=None) for one in known)
        done = cut(CODEC, [fact(row) for row in after], known)
    assert held(done) == after
    stored = {one.part.number: one.part.digest for one in known if one.part.number not in done.gone}
    stored |= {number: digest(said) for number, said in done.fresh.items()}
    assert stored == {one.part.number: one.part.digest for one in done.written}


def test_one_row_more_or_less_writes_one_part() -> None:
    sources = [fact(row) for row in range(1, 10 * PART + 100)]
    known = cut(CODEC, sources, ()).written
    assert len(known) == 11
    assert len(cut(CODEC, [*sources, fact(99_999)], known).fresh) == 1
    assert len(cut(CODEC, sources[:700] + sources[701:], known).fresh) == 1
    assert cut(CODEC, sources, known).fresh == {}
    assert cut(CODEC, sources, tuple(one._replace(sources=None) for one in known)).fresh == {}


def test_parts_that_prunes_left_small_are_made_anew() -> None:
    sources = [fact(row) for row in range(1, 40 * PART)]
    known = cut(CODEC, sources, ()).written
    done = cut(CODEC, sources[::PART], known)
    assert len(done.written) == 1
    assert held(done) == [one.id for one in sources[::PART]]
