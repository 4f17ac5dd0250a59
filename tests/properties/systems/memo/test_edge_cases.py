"""Claims about edge cases of the parser: each misreading is noticed by the world that is named after it."""

from __future__ import annotations

import types
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from strandline.properties.core.verdict import Verdict
from strandline.properties.systems.memo.blackbox import judged
from strandline.properties.systems.memo.blackbox.edge_cases import EDGE_CASES
from strandline.properties.systems.memo.blackbox.factory import InProcess
from strandline.properties.systems.memo.blackbox.judged import SEARCH, Bench
from strandline.properties.systems.memo.blackbox.scenarios import SMALL
from strandline.properties.systems.memo.blackbox.shipped import Shipped
from strandline.properties.systems.memo.blackbox.subject import Launch
from strandline.properties.systems.memo.mutants.definition import DEFINITION
from strandline.properties.systems.memo.mutants.registry import planted

pytestmark = pytest.mark.checkout

SAMPLE: Final = Path(__file__).parents[4] / "docs" / "samples" / "your_scanner.py"
TRUSTED: Final = "trusted = memo and memo.inode == inode and memo.start <= start and memo.cursor <= highest"
TEXTS: Final = "typeof(feedback_log_body) = 'text'"
MISREADINGS: Final = {
    "any tier will do": ("outside tiers", 'priority = asked.get("service_tier") == "priority"', "priority = True"),
    "what may be asked for may be in force": ("outside tiers", 'tier == "priority"', 'tier in ("priority", "fast")'),
    "another tier later takes the first one back": ("outside tiers", " and fact.priority]", "][-1:]"),
    "what is asked for stands whatever overrules it": (
        "outside ranks",
        "fact.kind == best and fact.priority",
        "fact.priority",
    ),
    "the latest kind decides": ("outside ranks", "best = min(fact.kind for fact in said)", "best = said[-1].kind"),
    "a request without a tier says nothing": (
        "outside ranks",
        'filled(asked.get("model")), priority)',
        'filled(asked.get("model")), priority) if asked.get("service_tier") else None',
    ),
    "a steer starts a turn": ("outside starts", 'field(op, "mode").startswith("Steer {")', "False"),
    "any operation starts a turn": (
        "outside starts",
        '"Compact", "TurnInput"',
        '"Compact", "TurnInput", "ThreadSettings"',
    ),
    "to compact starts no turn": ("outside starts", '"Compact", ', ""),
    "what is asked for one turn is not looked at": (
        "outside starts",
        'field(field(op, "start"), "service_tier") or "None"',
        '"None"',
    ),
    "a turn that no row tells of is on priority": (
        "outside starts",
        "at = flat(message)",
        'if " submission_id=p " in message:\n        return Fact(SUBMISSION, "p", None, True)\n    at = flat(message)',
    ),
    "a name is found in a longer one": ("outside names", r"(?<!\S)", ""),
    "a turn id is looked for in the spans alone": (
        "outside names",
        'named("turn", spans) or said.turn',
        'named("turn", spans)',
    ),
    "the thread of the spans is better than the row's": (
        "outside names",
        'column or named("thread", spans)',
        'named("thread", spans) or column',
    ),
    "a blank thread is a thread": ("outside names", "column = filled(", "column = ("),
    "the outermost turn counts": ("outside spans", "reversed(spans)", "spans"),
    "a quoted id keeps its quotes": ("outside spans", "json.loads(read)", "read"),
    "a blank turn is looked for further out": (
        "outside spans",
        "        if found:\n",
        "        if found and value(inside, found.end()):\n",
    ),
    "what is inside of a field is a field": ("outside spans", 'id=", flat(inside))', 'id=", inside)'),
    "a message begins in a path": ("outside prompts", "flat(body).partition", "body.partition"),
    "tags begin in a text": ("outside prompts", "flat(message).find", "message.find"),
    "a setting is found in a text": ("outside prompts", "flat(inside).partition", "inside.partition"),
    "tags may follow other words": ("outside prompts", "if message.startswith('model=\"')", "if 'model=\"' in message"),
    "any request will do": ("outside kinds", '.get("type") == "response.create"', ""),
    "any event will do": ("outside kinds", '.get("type") == "response.completed"', ""),
    "a model that was asked for is another one": (
        "outside reroutes",
        'filled(model) if rest.startswith(" model was ") else None',
        "model",
    ),
    "a model ends as late as it can": ("outside reroutes", '.partition(" while', '.rpartition(" while'),
    "what breaks off is read as far as it goes": ("outside torn", " if closed else None", ""),
    "any tags overrule": ("outside torn", "isinstance(tier, str)", "tier"),
    "a blank model overrides": ("outside blanks", "fact.kind == MODEL and fact.model", "fact.kind == MODEL"),
    "a blank turn is a turn": ("outside blanks", "isinstance(text, str) and text.strip()", "isinstance(text, str)"),
    "what does not decode is patched up": ("outside unread", "body.decode()", 'body.decode(errors="replace")'),
    "a BLOB is read": ("outside unread", TEXTS, "typeof(feedback_log_body) IN ('text', 'blob')"),
    "time began in 1970": ("outside far", "AND ts >= ?", "AND ts >= max(0, ?)"),
    "the first completion counts": (
        "outside twice",
        "[priority[-1].model, *models][-1]",
        "[*models, priority[-1].model][0]",
    ),
    "the latest time counts": ("outside twice", "ORDER BY id", "ORDER BY ts, id"),
    "days begin when they do in UTC": ("outside edges", "time.min, zone)", "time.min, ZoneInfo('UTC'))"),
    "the last day is left out": ("outside edges", "window.until + timedelta(days=1)", "window.until"),
}
"""What goes wrong: the world that notices it, a text of the sample, and what stands in its place."""


COUNTING: Final = {"all told", "unreadable dropped"}
"""Mutants that give the right turns and count the others wrongly, for which no subject is asked."""


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


def verdicts(factory: type, monkeypatch: pytest.MonkeyPatch, *worlds: str) -> dict[str, Verdict]:
    monkeypatch.setattr(judged, "SMALL", {world: SMALL[world] for world in worlds})
    on = Bench(Launch("sample", ("--subject", "sample"), partial(InProcess, factory)), datetime.now(UTC).date())
    return {claim.law: claim.verdict for claim in on.judge([SEARCH], lambda _line: None, lambda _line: None).claims}


@pytest.mark.parametrize("misreading", MISREADINGS)
def test_a_misreading_breaks_m1_in_the_world_that_is_named_after_it(
    misreading: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, text, other = MISREADINGS[misreading]
    assert verdicts(scanner((text, other)), monkeypatch, world)["M1"] is Verdict.VIOLATED


def test_every_such_world_is_there_for_a_misreading() -> None:
    assert {world for world, _, _ in MISREADINGS.values()} == {*EDGE_CASES, "outside twice", "outside edges"}


@pytest.mark.parametrize("world", [*EDGE_CASES, "outside twice", "outside edges"])
def test_a_scanner_that_reads_right_holds(world: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(verdicts(scanner(), monkeypatch, world).values()) == {Verdict.HOLDS, Verdict.NOT_APPLICABLE}


@pytest.mark.parametrize("mutant", [mutant.name for mutant in DEFINITION.mutants if mutant.name not in COUNTING])
def test_a_mutant_of_the_definition_is_caught_from_outside_unless_it_counts_wrongly(
    mutant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with planted(mutant):
        assert verdicts(Shipped, monkeypatch, "outside overruled", *EDGE_CASES)["M1"] is Verdict.VIOLATED
