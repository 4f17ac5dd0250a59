"""Claims about the command line and live threads: what a mutant leaves is replayed, made a test, and verified."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.engines.own.wiring import loaded

WHERE = "strandline.properties.systems.threads.system:SYSTEM"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, [*arguments])
    return result.exit_code, result.output


def test_what_a_mutant_leaves_is_replayed_exported_and_verified() -> None:
    code, said = run("check", "threads", "--mutant", "silent", "--engine", "exhaust impl", "--out", "out")
    assert code == 1, said
    assert "P2 barrier sound is broken" in said
    trace = str(Path("out", "traces", "P2-silent.json"))
    code, said = run("replay", trace, "--system", "threads", "--on", "both")
    assert code == 1, said
    assert "On the model P2 is not broken, in 4 steps." in said
    assert run("export", trace, "--system", WHERE, "--out", "test_silent.py")[0] == 0
    assert "from strandline.properties.systems.threads.system import SYSTEM" in Path("test_silent.py").read_text(
        "utf-8"
    )
    code, said = run("verify", str(Path("out", "evidence.json")), "--system", "threads")
    assert code == 0, said


def test_the_mutants_are_listed() -> None:
    code, said = run("check", "threads", "--list-mutants")
    assert code == 0
    assert all(name in said for name in loaded(WHERE).mutants)


def test_larger_worlds_are_not_for_mutants() -> None:
    code, said = run("check", "threads", "--full", "--mutant", "silent")
    assert code == 2
    assert "--full" in said


def test_the_published_design_breaks_its_laws_and_draws_each() -> None:
    code, said = run("check", WHERE.replace("system:SYSTEM", "published:PUBLISHED"), "--engine", "exhaust model")
    assert code == 1, said
    assert all(f"{law} " in said for law in ("P1", "P7", "P10"))
