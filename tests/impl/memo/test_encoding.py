"""Claims about how a memo is written: all of it comes back but its numbers, and nothing else is read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from strandline.impl.memo.codex import CODEX
from strandline.impl.memo.encoding import Codec, Damaged, Part
from strandline.impl.memo.memo import ANCHORS_MAX, GAPS_MAX
from tests.impl.memo.shelved import CODEC, fact, memo, skipped, told

if TYPE_CHECKING:
    from strandline.impl.memo.memo import Memo
    from strandline.impl.memo.projection import Fact


def back(one: Memo, *parts: tuple[Fact[Any], ...]) -> Memo:
    head = CODEC.read_head(CODEC.head(one, ()))
    return CODEC.read_memo(head, [CODEC.facts(part) for part in parts], 4)


def test_a_memo_comes_back_as_it_was_but_for_its_numbers() -> None:
    one = memo(1, 4, 9)
    sources = (fact(1), skipped(2, b"x"), skipped(3, 1.5), skipped(4), fact(9))
    one = replace(one, sources=sources)
    assert back(one, sources[:2], sources[2:]) == replace(told(one), epoch=4)


def test_observation_numbers_are_not_written() -> None:
    assert CODEC.head(memo(1, observation=5), ()) == CODEC.head(memo(1, observation=6), ())


@pytest.mark.parametrize("written", [b"", b"\xc0", b"\x90", msgspec.msgpack.encode([[1, 2], 0, 0, 0, 1, [], [], []])])
def test_what_is_no_head_is_damaged(written: bytes) -> None:
    with pytest.raises(Damaged, match="cannot be decoded"):
        CODEC.read_head(written)


def test_a_head_with_more_than_a_memo_can_have_is_damaged() -> None:
    one = memo(*range(1, 4))
    for odd in (
        replace(one, anchors=one.anchors[::-1]),
        replace(one, anchors=one.anchors * ANCHORS_MAX),
        replace(one, gaps=((1, 1),) * (GAPS_MAX + 1)),
    ):
        with pytest.raises(Damaged, match="none that a memo can have"):
            CODEC.read_head(CODEC.head(odd, ()))
    for parts in ([Part(1, 1, 5, b""), Part(2, 4, 6, b"")], [Part(1, 1, 2, b""), Part(1, 3, 4, b"")]):
        with pytest.raises(Damaged, match="overlap"):
            CODEC.read_head(CODEC.head(one, parts))


def test_sources_out_of_order_are_damaged() -> None:
    with pytest.raises(Damaged, match="out of order"):
        back(memo(1), (fact(2),), (fact(2),))


def test_other_rules_have_another_name() -> None:
    assert Codec(replace(CODEX, rules=CODEX.rules + 1)).rules != CODEC.rules
    assert Codec(replace(CODEX, owners=())).rules != CODEC.rules


def test_a_projection_that_names_no_type_is_not_kept() -> None:
    with pytest.raises(ValueError, match="names no type for what it says"):
        Codec(replace(CODEX, says=None))
