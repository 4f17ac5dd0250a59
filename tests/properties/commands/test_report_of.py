"""``strandline report`` of a search, of several and of a soak: each by the renderer that a check has."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.engines.exhaust.found import Budget
from strandline.properties.engines.exhaust.outcome import attempt
from strandline.properties.engines.exhaust.report import Chosen, Report, Terms, gather
from strandline.properties.engines.exhaust.together import AllClaims, SeveralReport
from strandline.properties.engines.soak import report as soak
from strandline.properties.evidence.evidence import sources
from strandline.properties.systems.memo.system import SYSTEM
from tests.properties.engines.exhaust.known.increment import increment
from tests.properties.engines.soak.test_journal import ONE, TWO, plan, totals, worker

if TYPE_CHECKING:
    from pathlib import Path

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


def searched(*, locked: bool = False, states: int = 10_000, unshown: tuple[str, ...] = ()) -> Report:
    terms = Terms(Budget(states), 1)
    chosen = Chosen("three threads", "their_file:world", increment(3, locked=locked), sources(), unshown)
    return gather(chosen, terms, attempt(chosen, terms, lambda _: None), BEGAN, 1.5)


class Told:
    """What ``report`` made of a document."""

    def __init__(self, folder: Path, found: object) -> None:
        (folder / "found.json").write_bytes(msgspec.json.encode(found))
        names = {name: str(folder / f"out.{name}") for name in ("html", "junit")}
        asked = ["report", str(folder / "found.json"), "--html", names["html"], "--junit", names["junit"]]
        result = CliRunner().invoke(main, asked)
        assert (result.exit_code, result.stderr) == (0, "")
        self.summary = result.stdout
        self.page = (folder / "out.html").read_text("utf-8")
        suites = ET.parse(folder / "out.junit").getroot()  # noqa: S314 - our own file
        self.ends = {case.get("name", ""): [one.tag for one in case] for case in suites.iter("testcase")}


def test_a_search_that_found_a_violation_is_told_with_its_picture_in_text_html_and_junit(tmp_path: Path) -> None:
    told = Told(tmp_path, searched())
    assert "# strandline: three threads violated" in told.summary
    assert "none is lost is broken, trace: 4 steps" in told.summary
    assert "**none is lost** by exhaust **violated**, searched: broken after 4 steps (84 states" in told.summary
    assert told.page.index("Broken: ") < told.page.index("<svg") < told.page.index("Step by step")
    assert "strandline replay --world their_file:world -" in told.page
    assert "Words on the drawings" not in told.page
    assert told.ends["none is lost: It holds of every state and of every step."] == ["failure"]


def test_a_search_that_holds_is_no_more_than_it_says(tmp_path: Path) -> None:
    told = Told(tmp_path, searched(locked=True, unshown=("a fourth thread comes",)))
    assert "Every law holds within the bounds below, and nothing was skipped." in told.page
    assert "three threads offers no way to this: a fourth thread comes" in told.page
    assert "A world is what its author declared" in told.summary
    assert {tuple(ends) for ends in told.ends.values()} <= {("system-out",), ()}


def test_a_search_that_ended_early_is_no_pass_anywhere(tmp_path: Path) -> None:
    told = Told(tmp_path, searched(locked=True, states=5))
    assert "**Not shown, and so no pass:**" in told.summary
    assert "exhaust interrupted: three threads: " in told.summary
    assert told.ends["none is lost: It holds of every state and of every step."] == ["error"]
    assert "nothing was skipped" not in told.page


def test_several_searches_are_one_page_and_no_better_than_their_own_verdict(tmp_path: Path) -> None:
    one, other = searched(locked=True), searched()
    claims = AllClaims("model", sources(), "violated", (), (one.claims, other.claims), ())
    found = SeveralReport(version=2, claims=claims, efforts={}, run=one.run)
    told = Told(tmp_path, found)
    assert "# strandline: model violated" in told.summary
    assert "none is lost is broken" in told.summary
    worse = msgspec.structs.replace(claims, worlds=(one.claims,), verdict="inconclusive", unshown=("a fourth comes",))
    told = Told(tmp_path, msgspec.structs.replace(found, claims=worse))
    assert "# strandline: three threads inconclusive" in told.summary
    assert "no world shows this: a fourth comes" in told.summary


def test_a_soak_is_told_law_by_law_with_the_cases_that_it_rests_on(tmp_path: Path) -> None:
    folder = tmp_path / "journals"
    folder.mkdir()
    plan(folder)
    worker(folder, "gw0", 1, (ONE, 2, True), (TWO, 2, True))
    found = soak.report(totals(folder), SYSTEM)
    told = Told(tmp_path, found)
    assert "soak interrupted: the soak was cut off before its end" in told.summary
    assert set(map(tuple, told.ends.values())) == {("error",)}
    broke = soak.Violation("M3", "M3 monotone is broken", 5, "traces/M3.json", "strandline replay traces/M3.json", "")
    told = Told(tmp_path, msgspec.structs.replace(found, verdict="violated", violations=(broke,)))
    assert "| M3 monotone | violated: M3 monotone is broken; strandline replay traces/M3.json |" in told.summary
    assert [ends for name, ends in told.ends.items() if name.startswith("M3 ")] == [["failure"]]
    whole = msgspec.structs.replace(found, verdict="holds", reasons=(), risk=0.75)
    told = Told(tmp_path, whole)
    assert "Every law holds within the bounds below" in told.page
    assert "fewer than 0.75 of such cases break a law" in told.page
    assert "sampled: no violation in so many cases (`4 cases; 40 steps" in told.summary


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (
            lambda text: text.replace('"verdict":"violated"', '"verdict":"excellent"'),
            "'excellent' is not a valid",
        ),
        (
            lambda text: text.replace('"verdict":"violated"', '"verdict":"holds"', 1),
            "itself: the verdict is",
        ),
        (lambda text: text.replace('"depth":', '"deep":'), "unknown field `deep`"),
        (lambda text: text[:-1], "truncated"),
    ],
)
def test_what_is_no_search_is_refused_in_one_line(tmp_path: Path, spoil: object, why: str) -> None:
    assert callable(spoil)
    (tmp_path / "found.json").write_text(spoil(msgspec.json.encode(searched()).decode()), "utf-8")
    result = CliRunner().invoke(main, ["report", str(tmp_path / "found.json")])
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert why in result.stderr
