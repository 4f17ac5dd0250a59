"""The dependency rule: model and implementation know nothing of each other, so that each can judge the other."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.checkout

CHECKOUT = Path(__file__).parent.parent


class Layer(NamedTuple):
    """What one layer may import besides the standard library and itself."""

    ours: frozenset[str]
    others: frozenset[str] | None
    """Names of third-party packages; None where the dependencies in pyproject.toml are the only limit."""


LAYERS = {
    "model": Layer(ours=frozenset(), others=frozenset()),
    "impl": Layer(ours=frozenset(), others=frozenset({"msgspec", "trio"})),
    "properties": Layer(ours=frozenset({"model", "impl"}), others=None),
}

# What no pure value needs: files, processes, clocks, dice.
IMPURE = (
    frozenset({"io", "os", "pathlib", "shutil", "socket", "sqlite3", "tempfile"})
    | frozenset({"asyncio", "subprocess", "threading"})
    | frozenset({"random", "secrets", "time", "uuid"})
)

UNIX_ONLY = frozenset({"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"})

# Runs in a child whose path holds the standard library and what argv gives, and nothing else: -S keeps out the .pth
# file by which an editable install puts all three roots on the path. A __main__ is a program, not a module to import.
IMPORT_ALL = """
import importlib, pkgutil, sys
layer, *path = sys.argv[1:]
sys.path += path
package = importlib.import_module("strandline." + layer)
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(*sorted({name.split(".")[1] for name in sys.modules if name.startswith("strandline.")}))
"""


def import_alone(layer: str, checkout: Path = CHECKOUT) -> subprocess.CompletedProcess[str]:
    """Import every module of a layer where only its permitted roots and packages are to be found."""
    rule = LAYERS[layer]
    path = [str(checkout / root) for root in (layer, *sorted(rule.ours))]
    if rule.others != frozenset():
        roots = {str(CHECKOUT / root) for root in LAYERS}
        path += [entry for entry in sys.path if entry and entry not in roots]
    command = [sys.executable, "-I", "-S", "-c", IMPORT_ALL, layer, *path]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def sources(root: str) -> Iterator[Path]:
    """Yield the Python files below a folder of the checkout."""
    found = sorted((CHECKOUT / root).rglob("*.py"))
    assert found, f"no Python file under {root}"
    yield from found


def imports(tree: ast.AST, package: tuple[str, ...]) -> Iterator[str]:
    """Yield the full dotted name of each import below a node, and of each string that could be one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join((*above, *filter(None, [node.module])))
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and re.fullmatch(r"strandline(\.\w+)+", str(node.value)):
            yield str(node.value)


def imported(layer: str) -> Iterator[tuple[str, str]]:
    """Yield (file, dotted name) for all that the modules of a layer import, anywhere in them."""
    for file in sources(layer):
        package = file.relative_to(CHECKOUT / layer).parent.parts
        for name in imports(ast.parse(file.read_bytes()), package):
            yield str(file.relative_to(CHECKOUT)), name


def plant(checkout: Path, layer: str, text: str) -> None:
    """Make a layer of one module in a checkout of its own."""
    package = checkout / layer / "strandline" / layer
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(text, "utf-8")


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_with_only_its_permitted_roots_on_the_path(layer: str) -> None:
    run = import_alone(layer)
    assert run.returncode == 0, run.stderr
    assert set(run.stdout.split()) <= {layer} | LAYERS[layer].ours


@pytest.mark.parametrize(("layer", "other"), [("impl", "model"), ("model", "impl"), ("impl", "properties")])
def test_the_proof_fails_for_a_layer_that_imports_another(layer: str, other: str, tmp_path: Path) -> None:
    plant(tmp_path, other, "")
    plant(tmp_path, layer, f"import strandline.{other}")
    run = import_alone(layer, tmp_path)
    assert run.returncode != 0
    assert f"No module named 'strandline.{other}'" in run.stderr


def test_the_proof_fails_for_a_model_that_imports_a_third_party_package(tmp_path: Path) -> None:
    plant(tmp_path, "model", "import trio")
    run = import_alone("model", tmp_path)
    assert run.returncode != 0
    assert "No module named 'trio'" in run.stderr


@pytest.mark.parametrize("layer", LAYERS)
def test_no_layer_names_another_that_it_may_not_import(layer: str) -> None:
    permitted = {layer} | LAYERS[layer].ours
    broken = []
    for file, name in imported(layer):
        parts = name.split(".")
        if parts[0] == "strandline" and len(parts) > 1 and parts[1] not in permitted:
            broken.append((file, name))
    assert broken == []


@pytest.mark.parametrize("layer", [layer for layer, rule in LAYERS.items() if rule.others is not None])
def test_a_layer_imports_only_the_third_party_packages_of_its_rule(layer: str) -> None:
    permitted = {"strandline", "__future__"} | sys.stdlib_module_names | (LAYERS[layer].others or frozenset())
    assert [(file, name) for file, name in imported(layer) if name.split(".")[0] not in permitted] == []


def test_the_model_imports_nothing_that_reaches_a_file_a_clock_or_dice() -> None:
    assert [(file, name) for file, name in imported("model") if name.split(".")[0] in IMPURE] == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("import strandline.model.log", "strandline.model.log"),
        ("from strandline import model", "strandline.model"),
        ("from ..model import log", "strandline.model.log"),
        ("from .. import model", "strandline.model"),
        ("def f():\n    import strandline.model", "strandline.model"),
        ("import_module('strandline.model')", "strandline.model"),
    ],
)
def test_every_way_to_name_a_layer_is_seen(text: str, name: str) -> None:
    assert name in set(imports(ast.parse(text), ("strandline", "impl")))


def outside_functions(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield the imports that run when the module does; those of a function run when it is called."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def unix_only(text: str | bytes) -> list[str]:
    """Return the Unix-only modules that a module's text imports as soon as it is imported itself."""
    return [
        name
        for statement in outside_functions(ast.parse(text))
        for name in imports(statement, ())
        if name.split(".")[0] in UNIX_ONLY
    ]


@pytest.mark.parametrize("root", [*LAYERS, "tests"])
def test_a_unix_only_module_is_imported_only_where_it_is_used(root: str) -> None:
    assert {str(file): found for file in sources(root) if (found := unix_only(file.read_bytes()))} == {}


def test_a_unix_only_import_is_seen_unless_a_function_holds_it() -> None:
    assert unix_only("import os\ntry:\n    import fcntl\nexcept ImportError:\n    pass\n") == ["fcntl"]
    assert unix_only("class A:\n    import resource as r\n") == ["resource"]
    assert unix_only("def lock():\n    import fcntl\n") == []


@pytest.mark.parametrize("layer", LAYERS)
def test_a_root_holds_one_typed_package_of_a_shared_namespace(layer: str) -> None:
    namespace = CHECKOUT / layer / "strandline"
    packages = {entry.name for entry in namespace.iterdir() if entry.name != "__pycache__"}
    assert packages == {layer}
    assert (namespace / layer / "__init__.py").is_file()
    assert (namespace / layer / "py.typed").is_file()
