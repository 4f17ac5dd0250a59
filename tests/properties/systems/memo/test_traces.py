"""Replays the traces that are kept in ``tests/traces``: what once broke a law must break it still, and only there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from strandline.properties.core.mutant import AGREE
from strandline.properties.core.system import SHIPPED
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.engines.replay.shortest import shortest
from strandline.properties.evidence.replay import BYTES_MAX, decode, encode, file_name, load
from strandline.properties.systems.memo.mutants.registry import MUTANTS
from strandline.properties.systems.memo.system import SYSTEM

if TYPE_CHECKING:
    from strandline.properties.core.verdict import Trace

KEPT: Final = {path.name: path for path in sorted((Path(__file__).parents[3] / "traces").glob("*.json"))}

MENDED: Final = tuple(sorted((Path(__file__).parents[3] / "traces" / "mended").glob("*.json")))
"""What once broke a law in the shipped scanner, and no longer does."""


@pytest.fixture(params=KEPT)
def trace(request: pytest.FixtureRequest) -> Trace:
    return load(str(KEPT[request.param]))


def test_a_trace_is_kept_of_every_mutant_but_those_that_a_question_catches_without_one() -> None:
    traced = {mutant.name for mutant in MUTANTS.values() if mutant.engine != AGREE}
    assert {load(str(path)).subject for path in KEPT.values()} == traced


def test_a_kept_trace_still_fits_and_still_breaks_its_law(trace: Trace) -> None:
    exhibit = retrace(SYSTEM, trace)
    assert exhibit.fits == len(trace.steps) == len(exhibit.frames)
    assert exhibit.broken
    assert exhibit.ending


def test_the_shipped_scanner_takes_the_steps_of_a_kept_trace_without_breaking_a_law(trace: Trace) -> None:
    """It may leave the trace where the mutant first did something else; up to there and at that place it is sound."""
    exhibit = retrace(SYSTEM, trace._replace(subject=SHIPPED))
    assert not exhibit.broken
    assert exhibit.fits >= len(trace.steps) - LEFT_MAX


LEFT_MAX: Final = 2
"""How many of the last steps of a kept trace the shipped scanner may not get to: two, if a read ends too soon."""


@pytest.mark.parametrize("name", KEPT)
def test_a_kept_trace_is_small_and_written_as_the_checker_writes_it(name: str) -> None:
    data = KEPT[name].read_bytes()
    assert len(data) < BYTES_MAX // 100
    trace = decode(data)
    assert encode(trace, retrace(SYSTEM, trace)) == data
    assert file_name(trace) == name


def test_a_kept_trace_is_as_small_as_can_be_found(trace: Trace) -> None:
    """What the search found has as few steps as can be; what chance found is made small before it is kept."""
    short = shortest(SYSTEM, trace)
    assert short is not None
    assert len(short.steps) == len(trace.steps)


@pytest.mark.parametrize("path", MENDED, ids=lambda path: path.stem)
def test_what_once_broke_a_law_in_the_shipped_scanner_holds_to_its_last_step(path: Path) -> None:
    """A soak found M6: a row that a walk back had seen absent came back by a restore below an anchor, unnoticed."""
    trace = load(str(path))
    exhibit = retrace(SYSTEM, trace)
    assert trace.subject == SHIPPED
    assert exhibit.fits == len(trace.steps)
    assert not exhibit.broken
    assert retrace(SYSTEM, trace._replace(subject=UNMENDED[path.name])).broken


UNMENDED: Final = {"M6-shipped.json": "unwitnessed return"}
"""The mutant that does what was mended."""
