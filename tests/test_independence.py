"""The model and the scanner are two texts: no function, no table and no pattern of one stands in the other as well.

Neither imports the other, that is for ``test_layers.py``. But code that was copied agrees with itself too, faults
included. So functions are compared by what they do: their trees without docstrings, annotations and local names.
"""

from __future__ import annotations

import ast
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.checkout

CHECKOUT: Final = Path(__file__).parent.parent

STATEMENTS: Final = 4
"""Two functions that have fewer may well be the only way to say a thing."""

ENTRIES: Final = 3
"""Two tables that have fewer may well be the only way to say a thing."""

LIKENESS: Final = 0.9
"""From this share of common parts on, two functions count as one; 1 is the same text."""

ALIKE: Final[dict[str, str]] = {}
"""Functions that may be the same in both, by name, each with the reason."""


class Blank(ast.NodeTransformer):
    """Takes away what a function is called by and keeps what it does."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self._blank(node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(self._blank(node.arg))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        value = node.value if node.value is not None else ast.Constant(None)
        return ast.Assign([self.visit(node.target)], self.visit(value))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        body = [self.visit(statement) for statement in node.body if not is_text(statement)]
        return ast.FunctionDef("_", self.visit(node.args), body, [], None)

    def _blank(self, name: str) -> str:
        return self._names.setdefault(name, str(len(self._names)))


def is_text(node: ast.stmt) -> bool:
    """Tell a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def functions(text: str) -> Iterator[tuple[list[str], str]]:
    """Yield what each function of a text does, part by part, and its name; those that are too short are left out."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            says = [part for part in ast.walk(node) if isinstance(part, ast.stmt) and not is_text(part)]
            if len(says) > STATEMENTS:
                yield ast.dump(Blank().visit(node)).split(), node.name


def tables(text: str) -> Iterator[str]:
    """Yield the tables and patterns of a text, however they are named and wherever they stand."""
    tree = ast.parse(text)
    words = {id(node.slice) for node in ast.walk(tree) if isinstance(node, ast.Subscript)}  # of a Literal, or of a type
    for node in ast.walk(tree):
        if id(node) in words:
            continue
        if isinstance(node, ast.Tuple | ast.List | ast.Set) and len(node.elts) >= ENTRIES:
            if all(isinstance(entry, ast.Constant) for entry in node.elts):
                yield repr(sorted(ast.dump(entry) for entry in node.elts))
        elif isinstance(node, ast.Dict) and len(node.keys) >= ENTRIES:
            yield ast.dump(node)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
            yield from (ast.dump(part) for part in node.args if isinstance(part, ast.Constant | ast.JoinedStr))


def texts(layer: str) -> list[str]:
    """Return the sources of a layer."""
    return [file.read_text("utf-8") for file in sorted((CHECKOUT / layer).rglob("*.py"))]


def in_both(one: list[str], other: list[str]) -> set[str]:
    """Return the names of the functions that stand in two layers, word for word or nearly so."""
    known = [does for text in one for does, _ in functions(text)]
    return {name for text in other for does, name in functions(text) if any(is_like(does, like) for like in known)}


def is_like(one: list[str], other: list[str]) -> bool:
    """Tell whether two functions do the same in nearly all parts; the cheap bounds come first."""
    match = SequenceMatcher(None, one, other, autojunk=False)
    return min(match.real_quick_ratio(), match.quick_ratio()) >= LIKENESS and match.ratio() >= LIKENESS


def test_no_function_of_the_model_stands_in_the_scanner_as_well() -> None:
    found = in_both(texts("model"), texts("impl"))
    assert found == set(ALIKE)


def test_no_table_and_no_pattern_of_the_model_stands_in_the_scanner_as_well() -> None:
    ours = {table for text in texts("model") for table in tables(text)}
    assert ours & {table for text in texts("impl") for table in tables(text)} == set()


COPIED: Final = '''
def count(rows: list[int], most: int) -> int:
    """Count."""
    total: int = 0
    for row in rows:
        if row > most:
            total += row
    return total
'''


def test_a_copy_is_seen_whatever_its_names_its_docstring_and_its_annotations() -> None:
    disguised = (
        COPIED.replace("total", "much").replace("count", "_sum").replace(': """Count."""', "").replace(": int", "")
    )
    assert disguised != COPIED
    assert in_both([COPIED], [disguised]) == {"_sum"}


def test_a_copy_with_one_thing_changed_is_seen() -> None:
    assert in_both([COPIED], [COPIED.replace("row >", "row >=")]) == {"count"}


def test_a_function_that_goes_about_it_differently_is_no_copy() -> None:
    other = COPIED.replace("    for row in rows:\n        if row > most:\n            total += row\n", "    del most\n")
    other += "\n\ndef sum_up(rows, most):\n    above = [row for row in rows if row > most]\n    total = 0\n"
    other += "    while above:\n        total += above.pop()\n    return total\n"
    assert in_both([COPIED], [other]) == set()


@pytest.mark.parametrize(
    "text",
    [
        "A = ('a', 'b', 'c')",
        "def f():\n    return x in {'c', 'b', 'a'}",
        "B = re.compile('[a-z]+')",
        "C = {1: 2, 3: 4, 5: 6}",
    ],
)
def test_a_table_or_a_pattern_is_seen_wherever_it_stands(text: str) -> None:
    assert list(tables(text))
