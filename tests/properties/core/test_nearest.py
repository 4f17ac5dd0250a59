"""Claims about mistaken names: wherever one is written, the nearest known one is asked after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click
import pytest
from click.testing import CliRunner

from strandline.properties.cli import COMMANDS, main
from strandline.properties.commands.options import refuse_unknown
from strandline.properties.core.named import LoadError, find
from strandline.properties.core.nearest import meant
from strandline.properties.engines.exhaust.world import Action, Component, World, WorldError
from strandline.properties.engines.replay.regression import again
from strandline.properties.systems.memo.bench.searches import SIZES
from strandline.properties.systems.memo.blackbox.factory import InProcess
from strandline.properties.systems.memo.blackbox.subject import SubjectBrokenError
from strandline.properties.systems.memo.engines import ENGINES
from strandline.properties.systems.memo.mutants.registry import KNOWN, MUTANTS
from strandline.properties.systems.memo.specimens import SPECIMENS
from strandline.properties.systems.memo.system import SYSTEM
from strandline.properties.systems.memo.tables import SCOPES

if TYPE_CHECKING:
    from pathlib import Path

REGISTERED: Final = {
    "command": tuple(COMMANDS),
    "engine": tuple(engine.name for engine in ENGINES),
    "mutant of any kind": tuple(KNOWN),
    "memo world": tuple(SCOPES),
    "mutant": tuple(MUTANTS),
    "size": tuple(SIZES),
    "specimen": tuple(SPECIMENS),
}


def typed(name: str) -> str:
    """Write a name as a hurried hand does: its end the other way round, and all of it in capitals."""
    return f"{name[:-2]}{name[-1:]}{name[-2:-1]}".upper()


@pytest.mark.parametrize(("what", "names"), REGISTERED.items())
def test_after_every_known_name_is_asked_when_it_is_written_wrongly(what: str, names: tuple[str, ...]) -> None:
    for name in names:
        wrong = typed(name)
        if wrong in names or len(name) < 3:  # of so short a name there is no telling
            continue
        with pytest.raises(click.UsageError) as refused:
            refuse_unknown(what, (wrong,), names)
        assert f"named {wrong!r} (did you mean {name!r}?)" in refused.value.message


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ("chekc", "check"),
        ("bench exhuast", "exhaust"),
        ("check --mutant dominence", "dominance"),
        ("check --engine fuz", "fuzz"),
        ("check --specimen d1", "D1"),
        ("exhaust --world prun", "prune"),
        ("exhaust --mutant tron", "torn"),
        ("replay trace.json --mutant splitt", "split"),
        ("soak --mutant dominence", "dominance"),
        ("teeth --mutant dominence", "dominance"),
        ("teeth --engine exhausst", "exhaust"),
        ("turns log.sqlite --zone europe/pariss", "Europe/Paris"),
        ("writer log.sqlite --codex 0.17", "0.171"),
        ("check --mutnt dominance", "--mutant"),
    ],
)
def test_every_command_asks_after_a_name(
    arguments: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, arguments.split())
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert "id you mean" in result.stderr
    assert name in result.stderr.partition("id you mean")[2]
    assert list(tmp_path.iterdir()) == []


def test_what_is_near_to_nothing_is_not_guessed() -> None:
    assert meant("zzz", MUTANTS) == meant(7, MUTANTS) == meant("x", ()) == ""


def test_a_name_in_a_module_and_a_module_are_asked_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "mistaken_names.py").write_text("class Scanner: pass")
    with pytest.raises(LoadError, match=r"has no 'Scaner' \(did you mean 'Scanner'\?\)"):
        find("mistaken_names:Scaner", "factory")
    with pytest.raises(LoadError, match=r"\(did you mean 'mistaken_names'\?\)"):
        find("mistaken_name:Scanner", "factory")


def test_a_method_of_a_subject_is_asked_after(tmp_path: Path) -> None:
    class Hurried:
        def refrehs(self) -> None: ...

    with pytest.raises(SubjectBrokenError, match=r"no method refresh \(did you mean 'refrehs'\?\)"):
        InProcess(lambda _log, _memo: Hurried()).open(tmp_path, tmp_path)  # type: ignore[arg-type, return-value] # it is none


def test_a_component_of_a_world_is_asked_after() -> None:
    with pytest.raises(WorldError, match=r"reads 'cursr', and there is no such component \(did you mean 'cursor'\?\)"):
        World("w", (Component("cursor", 0),), (Action("step", ("cursr",), ("cursor",), lambda _at: None),), ())


@pytest.mark.parametrize(
    ("world", "law", "on", "name"),
    [("prun", "M3", "model", "prune"), ("prune", "m3", "model", "M3"), ("prune", "M3", "dominence", "dominance")],
)
def test_a_test_that_was_exported_asks_after_a_name(world: str, law: str, on: str, name: str) -> None:
    with pytest.raises(ValueError, match=rf"did you mean '{name}'\?"):
        again(SYSTEM, (), world=world, law=law, on=on)
