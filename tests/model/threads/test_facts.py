"""Claims about what lines say together, worked out line by line and column by column."""

from __future__ import annotations

from itertools import pairwise, product

import pytest

from strandline.model.threads.facts import EMPTY, LIFE, Line, Patch, fold, is_touch, merge, of_line, ordinal, through

SAYS = ("began", "said", "noted", "named")


def histories(length: int) -> list[tuple[Line, ...]]:
    return [tuple(Line(place, says) for place, says in enumerate(all_of, 1)) for all_of in product(SAYS, repeat=length)]


def merged(lines: tuple[Line, ...]) -> Patch:
    whole = EMPTY
    for line in lines:
        whole = merge(whole, of_line(line))
    return whole


@pytest.mark.parametrize("lines", histories(4), ids=lambda lines: " ".join(line.says for line in lines))
def test_what_lines_say_one_by_one_and_what_they_say_at_once_are_the_same(lines: tuple[Line, ...]) -> None:
    assert merged(lines) == fold(lines)
    for cut in range(len(lines) + 1):
        assert merge(fold(lines[:cut]), merged(lines[cut:])) == fold(lines)


def test_a_rename_outlives_what_is_said_before_and_after_it() -> None:
    whole = fold((Line(1, "said"), Line(2, "named"), Line(3, "said")))
    assert whole == Patch(title=2, explicit=True, model=3, updated=3, recency=3)


def test_the_first_message_gives_the_title_and_no_later_one_does() -> None:
    assert fold((Line(1, "began"), Line(2, "said"), Line(3, "said"))).title == 2


def test_a_note_is_a_touch_and_nothing_else_is() -> None:
    assert [is_touch(of_line(Line(1, says))) for says in SAYS] == [False, False, True, False]


def test_a_line_that_says_nothing_known_is_refused() -> None:
    with pytest.raises(ValueError, match="hummed"):
        of_line(Line(1, "hummed"))


def test_a_history_is_known_by_its_last_line_and_one_that_was_lost_is_none() -> None:
    kept, lost, new = Line(1, "said"), Line(2, "said"), Line(LIFE + 2, "said")
    assert ordinal(new.number) == ordinal(lost.number) == 2
    assert through((kept, new), lost.number) is None
    assert through((kept, new), new.number) == (kept, new)
    assert through((kept,), new.number) is None
    assert through((kept,), 0) == ()
    assert all(one.number < other.number for one, other in pairwise((kept, lost, new)))
