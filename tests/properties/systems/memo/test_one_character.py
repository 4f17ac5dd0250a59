"""Claims about the program that changes one character: what it changes, and what it leaves alone."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.checkout


def _program() -> Any:  # noqa: ANN401 - a module
    """Load the program that stands beside this test; it is no module of a package."""
    path = Path(__file__).with_name("one_character.py")
    spec = importlib.util.spec_from_file_location("one_character", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


PROGRAM = _program()

TEXT = '''"""A docstring of 1."""
from typing import Final

LIMIT: Final = 64
NAMES = ("abc", f"x{LIMIT}y")


def f(a: int, b: int = 1) -> bool:
    """Says 2."""
    if a == -b:
        raise ValueError("no 3")
    return a < b and a != LIMIT  # 4
'''


def told(text: str) -> list[tuple[int, str, str]]:
    return [(change.line, change.before, change.after) for change in PROGRAM.changes("f.py", text)]


def test_numbers_signs_letters_and_words_are_changed_and_nothing_that_only_people_read() -> None:
    assert told(TEXT) == [
        (4, "4", "5"),
        (5, "a", "x"),
        (5, "c", "x"),
        (5, "x", "y"),
        (5, "y", "x"),
        (8, "1", "2"),
        (10, "==", "!="),
        (10, "-", "+"),
        (12, "<", "<="),
        (12, "and", "or"),
        (12, "!=", "=="),
    ]


def test_a_change_touches_its_place_and_no_other() -> None:
    for change in PROGRAM.changes("f.py", TEXT):
        after = PROGRAM.applied(change, TEXT)
        assert after != TEXT
        differing = [(one, two) for one, two in zip(TEXT.splitlines(), after.splitlines(), strict=True) if one != two]
        assert len(differing) == 1


@pytest.mark.parametrize("file", PROGRAM.TEXTS)
def test_every_text_has_changes_and_each_leaves_a_program(file: str) -> None:
    source = (PROGRAM.CHECKOUT / file).read_text("utf-8")
    found = list(PROGRAM.changes(file, source))
    assert found
    for change in found:
        ast.parse(PROGRAM.applied(change, source))


@pytest.mark.search
def test_a_changed_tree_is_noticed_by_an_engine(tmp_path: Path) -> None:
    PROGRAM.copied(tmp_path)
    target = tmp_path / "model/strandline/model/memo/memo.py"
    source = target.read_text("utf-8")
    target.write_text(source.replace("GAPS_MAX = 64", "GAPS_MAX = 65"), "utf-8")
    assert PROGRAM.noticed(tmp_path, "agree") == "violated"
    target.write_text(source + "\n1 / 0\n", "utf-8")
    assert PROGRAM.noticed(tmp_path, "agree") == "broken"
