"""Claims about the demonstration: it finds the lost update and nothing less, and README shows what it draws."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.engines.reference import STATES_MAX, search
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.evidence.replay import load
from strandline.properties.systems.memo import demo
from strandline.properties.systems.memo.spaces import real_space
from strandline.properties.systems.memo.spec.laws import laws_of
from strandline.properties.systems.memo.spec.worlds import LOST_UPDATE
from strandline.properties.systems.memo.system import SYSTEM
from strandline.properties.systems.memo.traces.picture import picture

CHECKOUT = Path(__file__).parents[4]


def test_the_lost_update_is_found_by_the_search_and_as_short_as_can_be() -> None:
    caught = demo.caught()
    assert len(caught.trace.steps) == 13
    assert [(step.name, step.actor) for step in caught.trace.steps if step.name in {"read", "append and prune"}] == [
        ("read", 0),
        ("append and prune", None),
        ("read", 1),
    ]


def test_the_shipped_scanner_holds_in_the_world_of_the_demonstration() -> None:
    with real_space(LOST_UPDATE) as space:
        found = search(space, laws_of(LOST_UPDATE), STATES_MAX)
    assert found.complete
    assert found.broken == {}


def test_the_picture_shows_who_read_what_and_what_was_stored_over() -> None:
    assert [" ".join(line.split()) for line in demo.drawn()] == [
        "the log refresh 1 refresh 2 the memo",
        "",
        "1 request a none",
        "| reads 1 request a",
        "2 request b .",
        "| . reads 2 request b",
        "| . stores -----------> 2 request b, cursor 2",
        "| stores -------------------------------> 1 request a, cursor 1",
    ]


@pytest.mark.checkout
def test_a_memo_that_is_thrown_away_is_drawn_as_not_stored() -> None:
    kept = load(str(CHECKOUT / "tests" / "traces" / "M3-dominance.json"))
    drawn = picture(retrace(SYSTEM, kept))
    assert drawn[-1].split() == ["|", "stores", "nothing"]


@pytest.mark.checkout
def test_readme_shows_the_picture_as_it_is_drawn() -> None:
    readme = (CHECKOUT / "README.md").read_text("utf-8")
    assert "\n".join(f"  {line}".rstrip() for line in demo.drawn()) in readme
    assert CliRunner().invoke(main, ["demo", "--picture"]).stdout.splitlines() == demo.drawn()


def test_the_demonstration_leaves_a_trace_and_a_test_that_passes_and_fails_as_it_should(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["demo", "--out", str(tmp_path / "out")])
    assert result.exit_code == 0
    said = " ".join(result.stdout.split())
    for part in (
        "1. Plant.",
        "2. Search.",
        "M3 is broken after 13 steps",
        "3. Show.",
        "** broken here: M3",
        "4. Replay.",
        "They part at step 13, store by r1:",
        "The shipped scanner takes the same steps, and M3 holds.",
        "5. Export.",
        "pytest on the shipped scanner: 3 passed",
        "pytest with the mutant planted: 1 failed, 2 passed",
    ):
        assert part in said
    assert load(str(tmp_path / "out" / "M3-split.json")) == demo.caught().trace
    compile((tmp_path / "out" / "test_lost_update.py").read_text(), "test", "exec")


def test_a_demonstration_that_goes_wrong_is_broken_and_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "MUTANT", "shipped")
    result = CliRunner().invoke(main, ["demo", "--picture"])
    assert (result.exit_code, result.stderr) == (4, "strandline: M3 was not broken by 'shipped', which it must be\n")
