"""Claims about the worlds of a persisted memo: sizes, the real keeper beside the model, mutants."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.core.system import MODEL, SHIPPED
from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.own.searched import searched
from strandline.properties.engines.own.wiring import loaded
from strandline.properties.systems.memo.persisted.worlds import LARGER, SMALL

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.found import Found

SYSTEM: Final = loaded("strandline.properties.systems.memo.persisted.system:SYSTEM")

SIZES: Final = {
    "race": (10_761, 37_170, 15),
    "replaced": (24_063, 83_285, 16),
    "dropped": (14_056, 48_463, 15),
    "killed": (61_466, 234_317, 17),
    "removed": (17_406, 59_523, 18),
    "put back": (26_402, 90_419, 19),
}
"""States, transitions and depth of each world that every check searches."""

LARGE: Final = {
    "three": (681_954, 3_307_686, 22),
    "history": (249_439, 1_091_610, 20),
    "copies": (1_209_476, 4_623_838, 24),
}
"""The same of those that are searched when everything is asked for."""


def explore(kind: str, world: str) -> Found:
    return searched(SYSTEM, kind, world, lambda _line: None)


def size(found: Found) -> tuple[int, int, int]:
    return found.counts.states, found.counts.transitions, found.counts.depth


def broken(found: Found) -> list[str]:
    return [one.law for one in found.findings if one.verdict is Verdict.VIOLATED]


@pytest.mark.search
def test_the_real_keeper_does_what_the_model_does_and_everything_happens_that_is_to_be_seen() -> None:
    reached, fired = set(), set()
    for world in SMALL:
        found = explore(SHIPPED, world)
        assert (broken(found), size(found)) == ([], SIZES[world])
        reached |= {one.law.partition(":")[0] for one in found.findings if ": " in one.law and one.reached}
        fired |= {name.rstrip(" 012") for name, times in found.counts.firings.items() if times}
    assert reached == {law.number for law in SYSTEM.laws if law.number != "R"}
    assert fired == set(SYSTEM.actions)


def test_the_model_alone_has_the_same_states() -> None:
    assert size(explore(MODEL, "dropped")) == SIZES["dropped"]


@pytest.mark.night
@pytest.mark.parametrize("kind", [MODEL, SHIPPED])
@pytest.mark.parametrize("world", LARGER)
def test_a_larger_world_holds_and_has_its_size(world: str, kind: str) -> None:
    found = explore(kind, world)
    assert (broken(found), size(found)) == ([], LARGE[world])


@pytest.mark.search
@pytest.mark.parametrize("name", SYSTEM.mutants)
def test_a_mutant_is_killed_by_its_law(name: str) -> None:
    mutant = SYSTEM.mutants[name]
    assert mutant.law in broken(explore(name, mutant.where or "race"))


def test_every_law_has_a_mutant() -> None:
    assert {mutant.law for mutant in SYSTEM.mutants.values()} == {law.number for law in SYSTEM.laws} - {"R"}


def test_a_system_of_ours_is_asked_after_when_it_is_written_wrongly() -> None:
    said = CliRunner().invoke(main, ["check", "persist"])
    assert said.exit_code == 2
    assert "(did you mean 'persisted'?)" in said.output


@pytest.mark.checkout
def test_the_page_has_every_law_and_what_it_catches() -> None:
    page = (Path(__file__).parents[4] / "docs" / "persisted-laws.md").read_text("utf-8")
    for law in SYSTEM.laws:
        if law.number != "R":
            caught = ", ".join(name for name, mutant in SYSTEM.mutants.items() if mutant.law == law.number)
            assert f"| {law.number} | {law.name} | {law.says} | {caught} |" in page


@pytest.mark.search
def test_what_a_mutant_leaves_is_replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    checked = run(main, ["check", "persisted", "--mutant", "blind", "--engine", "exhaust impl", "--out", "blind"])
    assert checked.exit_code == 1, checked.output
    replayed = run(main, ["replay", "blind/traces/M3-blind.json", "--system", "persisted", "--on", "both"])
    assert replayed.exit_code == 1, replayed.output
    assert "On the model M3 is not broken" in replayed.output
