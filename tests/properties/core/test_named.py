"""Claims about what somebody's own code raises: one line says what, and from which line of which file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.core.named import LoadError, find, place, told

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MODULE = """
import json

from strandline.properties.engines.exhaust import world as declared
from strandline.properties.engines.exhaust.world import Action, Always, Component, World


def deep():
    raise KeyError("deep")  # line 9


def library():
    return json.loads("no json")  # line 13


def inner():
    raise SystemExit(3)  # line 17


def ours():
    declared.World("empty", (), ())  # line 21


class Scanner:
    def __init__(self, log, memo):
        pass

    def refresh(self, window):
        return deep()

    def close(self):
        pass


def up(at):
    return {"n": deep()}


world = World("w", (Component("n", 0),), (Action("up", ("n",), ("n",), up),))
law = World("w", (Component("n", 0),), (Action("up", ("n",), ("n",), lambda at: None),),
            (Always("low", ("n",), lambda at: deep()),))
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "that_raises.py").write_text(MODULE)
    monkeypatch.delitem(__import__("sys").modules, "that_raises", raising=False)
    return tmp_path


def caught(call: Callable[[], object]) -> BaseException:
    try:
        call()
    except BaseException as error:  # noqa: BLE001 - whatever it raises
        return error
    raise AssertionError("it raised nothing")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("deep", "KeyError: 'deep' (that_raises.py:9)"),
        ("library", "JSONDecodeError: Expecting value: line 1 column 1 (char 0) (that_raises.py:13)"),
        ("inner", "SystemExit: 3 (that_raises.py:17)"),
        ("ours", "WorldError: world 'empty' needs a component and an action (that_raises.py:21)"),
    ],
)
def test_the_line_of_somebodys_own_code_is_told_however_deep_it_was_raised(name: str, line: str) -> None:
    function = find(f"that_raises:{name}", "function")
    assert callable(function)
    assert told(caught(function)) == line


def test_a_file_elsewhere_is_named_without_its_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    function = find("that_raises:deep", "function")
    (here / "below").mkdir()
    monkeypatch.chdir(here / "below")
    assert callable(function)
    assert place(caught(function)) == "that_raises.py:9"


def test_what_nobodys_code_raised_has_no_place() -> None:
    assert told(ValueError("x")) == "ValueError: x"


def test_a_module_that_raises_as_it_is_imported_is_told_with_its_line(here: Path) -> None:
    (here / "raises_at_once.py").write_text("x = 1\n\nx.y\n")
    with pytest.raises(LoadError, match=r"AttributeError: .* \(raises_at_once\.py:3\)$"):
        find("raises_at_once:x", "factory")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "arguments",
    [
        "check --subject that_raises:Scanner",
        "exhaust that_raises:world",
        "exhaust that_raises:law",
    ],
)
def test_every_command_that_runs_somebodys_code_tells_the_line_of_an_exception(arguments: str) -> None:
    result = CliRunner().invoke(main, arguments.split())
    assert result.exit_code == 4
    last = result.stderr.splitlines()[-1] + result.stdout
    assert re.search(r"raised KeyError: 'deep' \(that_raises\.py:9\)", last)
