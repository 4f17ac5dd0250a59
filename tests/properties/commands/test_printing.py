"""One module writes what people and programs read; nothing else does, so that nothing can be written unescaped."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

import pytest

from tests.test_layers import CHECKOUT, LAYERS, sources

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.checkout

ROOM: Final = "properties/strandline/properties"

WRITERS: Final = {
    f"{ROOM}/commands/console.py": "the one escape",
    f"{ROOM}/commands/program.py": "says one sentence of its own before anything can be imported",
    f"{ROOM}/engines/contracts/child.py": "answers its parent over a pipe, in JSON",
    f"{ROOM}/systems/memo/faults/subject.py": "answers its parent over a pipe, in JSON",
    f"{ROOM}/engines/soak/session.py": "writes through pytest's reporter, each line escaped by shown",
}
"""The modules that may write, and why."""

CALLS: Final = {"print", "echo", "secho", "Console", "print_exc", "print_exception", "write_line", "style", "pprint"}
"""The names of functions that write to a terminal or a pipe, or make what it obeys."""

STREAMS: Final = {"stdout", "stderr", "__stdout__", "__stderr__"}


def writes(tree: ast.AST) -> Iterator[str]:
    """Name each call that writes for somebody to read."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        calls = name in CALLS and owner not in {"self", "_LINE"}
        if calls or (name in {"write", "writelines"} and STREAMS.intersection(owner.split("."))):
            yield ast.unparse(node.func)


@pytest.mark.parametrize("layer", LAYERS)
def test_nothing_but_the_console_writes_for_people(layer: str) -> None:
    found = {
        (path, call)
        for path in (str(file.relative_to(CHECKOUT)) for file in sources(layer))
        for call in writes(ast.parse((CHECKOUT / path).read_bytes()))
    }
    assert {one for one in found if one[0] not in WRITERS and one[1] not in {"style", "click.style"}} == set()


def test_colors_are_made_by_the_escape_alone() -> None:
    found = {
        str(file.relative_to(CHECKOUT))
        for file in sources("properties")
        for call in writes(ast.parse(file.read_bytes()))
        if call == "click.style"
    }
    assert found == {f"{ROOM}/core/line.py"}


def test_the_test_sees_what_writes() -> None:
    bad = "print(1)\nclick.echo(2)\nsys.stderr.write('3')\ntraceback.print_exc()\nConsole().print(4)\nx = 5"
    assert len([*writes(ast.parse(bad))]) == 6
