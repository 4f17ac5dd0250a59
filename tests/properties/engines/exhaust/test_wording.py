"""Values in words: the same in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import pytest

from strandline.properties.engines.exhaust.wording import WORDS_MAX, worded

SPELL = "from strandline.properties.engines.exhaust.wording import worded; print(worded(frozenset('abcdefgh')))"


class Place(Enum):
    IDLE = "idle"


class Pair(NamedTuple):
    one: object
    two: object


@dataclass(frozen=True)
class Held:
    rows: frozenset[str]


class Wordless:
    def __repr__(self) -> str:
        raise ValueError


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1, "1"),
        ("a'b", '"a\'b"'),
        ((1,), "(1,)"),
        ((1, "b"), "(1, 'b')"),
        (frozenset(), "{}"),
        (frozenset({"b", "a"}), "{'a', 'b'}"),
        (Place.IDLE, "Place.IDLE"),
        (Pair(1, frozenset({"b", "a"})), "Pair(one=1, two={'a', 'b'})"),
        (Held(frozenset({"b", "a"})), "Held(rows={'a', 'b'})"),
        (Wordless(), "<Wordless, whose repr raises ValueError>"),
    ],
)
def test_a_value_reads_as_python_writes_it_with_sets_in_order(value: object, words: str) -> None:
    assert worded(value) == words


def test_a_long_value_is_cut() -> None:
    assert worded("x" * 2 * WORDS_MAX).endswith("x ...")
    assert len(worded("x" * 2 * WORDS_MAX)) == WORDS_MAX


def test_a_set_reads_the_same_however_strings_are_hashed() -> None:
    read = {
        subprocess.run(
            [sys.executable, "-c", SPELL],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert read == {"{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}\n"}


class Usual(NamedTuple):
    one: int = 1
    two: bool = True
    three: Pair | None = None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Usual(), "Usual()"),
        (Usual(two=False), "Usual(two=False)"),
        (Usual(three=Pair(1, None)), "Usual(three=Pair(one=1, two=None))"),
        (Usual(one=True), "Usual(one=True)"),
    ],
)
def test_what_a_field_holds_by_default_is_left_out_and_what_only_equals_it_is_not(value: object, text: str) -> None:
    assert worded(value) == text
