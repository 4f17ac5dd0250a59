"""Claims about rows that are easily misread: each misreading is noticed by the world that is named after it."""

from __future__ import annotations

import types
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from strandline.properties.blackbox import judged
from strandline.properties.blackbox.factory import InProcess
from strandline.properties.blackbox.judged import SEARCH, Bench
from strandline.properties.blackbox.misread import MISREAD
from strandline.properties.blackbox.plots import SMALL
from strandline.properties.blackbox.subject import Launch
from strandline.properties.verdict import Verdict

pytestmark = pytest.mark.checkout

SAMPLE: Final = Path(__file__).parent.parent.parent / "docs" / "samples" / "your_scanner.py"
TRUSTED: Final = "trusted = memo and memo.inode == inode and memo.start <= start and memo.cursor <= highest"
TEXTS: Final = "typeof(feedback_log_body) = 'text'"
MISREADINGS: Final = {
    "any tier will do": ("outside tiers", 'and asked.get("service_tier") == "priority"', ""),
    "a name is found in a longer one": ("outside names", r"(?<![\w.])", ""),
    "a turn id is looked for in the prefix alone": ("outside names", ' or asked.get("turn_id")', ""),
    "any request will do": ("outside kinds", 'asked.get("type") == "response.create"\n        and ', ""),
    "a blank model is a model": ("outside blanks", "and not (isinstance(model, str) and not model.strip())", ""),
    "a blank turn is a turn": ("outside blanks", "and turn.strip()", ""),
    "what does not decode is patched up": ("outside unread", "body.decode()", 'body.decode(errors="replace")'),
    "a BLOB is read": ("outside unread", TEXTS, "typeof(feedback_log_body) IN ('text', 'blob')"),
    "time began in 1970": ("outside far", "AND ts >= ?", "AND ts >= max(0, ?)"),
    "the first completion counts": (
        "outside twice",
        "models[fact.turn] = fact.model",
        "models.setdefault(fact.turn, fact.model)",
    ),
    "the latest time counts": ("outside twice", "ORDER BY id", "ORDER BY ts, id"),
    "days begin when they do in UTC": ("outside edges", "time.min, zone)", "time.min, ZoneInfo('UTC'))"),
    "the last day is left out": ("outside edges", "window.until + timedelta(days=1)", "window.until"),
}
"""What goes wrong: the world that notices it, a text of the sample, and what stands in its place."""


def scanner(*changes: tuple[str, str]) -> type:
    """Give the sample's scanner without its memo, with these texts changed."""
    source = SAMPLE.read_text("utf-8")
    for text, other in ((TRUSTED, "trusted = False"), *changes):
        assert source.count(text) == 1
        source = source.replace(text, other)
    module = types.ModuleType("misreading")
    exec(compile(source, str(SAMPLE), "exec"), module.__dict__)  # noqa: S102 - the text of the docs
    found = module.__dict__["Scanner"]
    assert isinstance(found, type)
    return found


def verdicts(world: str, factory: type, monkeypatch: pytest.MonkeyPatch) -> dict[str, Verdict]:
    monkeypatch.setattr(judged, "SMALL", {world: SMALL[world]})
    on = Bench(Launch("sample", ("--subject", "sample"), partial(InProcess, factory)), datetime.now(UTC).date())
    return {claim.law: claim.verdict for claim in on.judge([SEARCH], lambda _line: None, lambda _line: None).claims}


@pytest.mark.parametrize("misreading", MISREADINGS)
def test_a_misreading_breaks_m1_in_the_world_that_is_named_after_it(
    misreading: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, text, other = MISREADINGS[misreading]
    assert verdicts(world, scanner((text, other)), monkeypatch)["M1"] is Verdict.VIOLATED


def test_every_such_world_is_there_for_a_misreading() -> None:
    assert {world for world, _, _ in MISREADINGS.values()} == {*MISREAD, "outside twice", "outside edges"}


@pytest.mark.parametrize("world", [*MISREAD, "outside twice", "outside edges"])
def test_a_scanner_that_reads_right_holds(world: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(verdicts(world, scanner(), monkeypatch).values()) == {Verdict.HOLDS, Verdict.NOT_APPLICABLE}
