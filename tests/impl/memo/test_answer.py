"""Claims about the values a refresh hands back."""

from dataclasses import FrozenInstanceError
from typing import get_args

import pytest

from strandline.impl.memo.answer import Answer, Reason, Snapshot, Statistics, Unavailable


def test_an_outcome_is_a_value_that_nobody_can_change() -> None:
    snapshot = Snapshot(device=1, inode=2, data_version=3, highest=None, sequence=0, observation=1)
    answer = Answer(turns=(), snapshot=snapshot, statistics=Statistics(path="memo"))
    unavailable = Unavailable(reason="busy", detail="another process holds the log")
    for value, field in ((snapshot, "inode"), (answer, "turns"), (answer.statistics, "rows"), (unavailable, "detail")):
        with pytest.raises(FrozenInstanceError):
            setattr(value, field, None)
    assert hash(answer) == hash(Answer(turns=(), snapshot=snapshot, statistics=Statistics(path="memo")))


def test_every_reason_is_named_once() -> None:
    reasons = get_args(Reason)
    assert len(set(reasons)) == len(reasons)
