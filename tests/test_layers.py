"""The dependency rule: model and implementation know nothing of each other, so that each can judge the other."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

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
    # tzlocal names the machine's time zone, for the days that a command is asked for, and platformdirs the folder in
    # which a command keeps its memo.
    "impl": Layer(ours=frozenset(), others=frozenset({"msgspec", "platformdirs", "trio", "tzlocal"})),
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


OURS: Final = re.compile(r"strandline(\.\w+)+")


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
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and OURS.fullmatch(node.value):
            yield node.value


@cache
def imported(layer: str) -> tuple[tuple[str, str], ...]:
    """Give (file, dotted name) for all that the modules of a layer import, anywhere in them."""
    return tuple(
        (str(file.relative_to(CHECKOUT)), name)
        for file in sources(layer)
        for name in imports(ast.parse(file.read_bytes()), file.relative_to(CHECKOUT / layer).parent.parts)
    )


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


ROOMS: Final = {
    "core": frozenset[str](),
    "harness": frozenset({"core"}),
    "evidence": frozenset({"core"}),
    "engines": frozenset({"core", "harness", "evidence"}),
}
"""The rooms of properties that know no system, and what else of ours each may import besides itself."""

NAMED_WHOLE: Final = frozenset(
    f"strandline.{name}" for name in (*LAYERS, *(f"properties.{room}" for room in (*ROOMS, "systems")))
)
"""What evidence names so as to digest its sources."""


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_that_knows_no_system_imports_none(room: str) -> None:
    ours = "strandline.properties"
    permitted = ("strandline.model.terms.", *(f"{ours}.{other}." for other in (room, *ROOMS[room])))
    known = {str(file.relative_to(CHECKOUT)) for file in sources(f"properties/strandline/properties/{room}")}
    broken = [
        (file, name)
        for file, name in imported("properties")
        if file in known
        and name.startswith("strandline.")
        and name not in NAMED_WHOLE
        and not f"{name}.".startswith(permitted)
    ]
    assert broken == []


@cache
def packages() -> dict[str, set[str]]:
    """Give the packages that each package imports, for types too; a module counts for the package that it stands in."""
    modules = {
        ".".join(file.relative_to(CHECKOUT / layer).with_suffix("").parts).removesuffix(".__init__"): file
        for layer in LAYERS
        for file in sources(layer)
    }
    package = {name: name if file.stem == "__init__" else name.rpartition(".")[0] for name, file in modules.items()}
    found: dict[str, set[str]] = {name: set() for name in package.values()}
    for name, file in modules.items():
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                named = (f"{node.module}.{alias.name}" for alias in node.names)
                theirs = {package.get(one, package.get(node.module)) for one in named}
                found[package[name]] |= {one for one in theirs if one is not None}
    return {name: {one for one in theirs if one != name} for name, theirs in found.items()}


def circling(arrows: dict[str, set[str]]) -> set[str]:
    """Give what lies on a circle of arrows, or between two circles: what is left once all ends are taken away."""
    left = dict(arrows)
    while ends := {one for one in left if not left[one] & left.keys() or not any(one in left[other] for other in left)}:
        left = {one: theirs for one, theirs in left.items() if one not in ends}
    return set(left)


def test_no_packages_import_each_other_round_a_circle() -> None:
    assert len(packages()) > 30
    assert circling(packages()) == set()


def test_a_circle_is_told_from_what_leads_to_it() -> None:
    assert circling({"a": {"b"}, "b": {"c", "d"}, "c": {"b"}, "d": set()}) == {"b", "c"}


def test_no_room_of_a_system_imports_that_of_another() -> None:
    systems = {path.name for layer in ("model", "impl") for path in (CHECKOUT / layer / "strandline" / layer).iterdir()}
    for layer in ("model", "impl"):
        for file, name in imported(layer):
            mine, theirs = Path(file).parts[3], name.split(".")[2:3]
            assert not theirs or theirs[0] in {mine, "terms"} or theirs[0] not in systems, (file, name)


PRODUCT: Final = "strandline.impl.memo.product"
WRITER: Final = f"{PRODUCT}.writer"


def names_below(folder: str, *, but: str = "-") -> set[tuple[str, str]]:
    """Give (file, dotted name) for the imports of a folder of the implementation, but for one folder below it."""
    inside, outside = (f"impl/{name.replace('.', '/')}/" for name in (folder, but))
    return {pair for pair in imported("impl") if pair[0].startswith(inside) and not pair[0].startswith(outside)}


@pytest.mark.parametrize("system", ["memo", "threads"])
def test_a_system_as_a_library_needs_neither_its_commands_nor_what_they_need(system: str) -> None:
    product = f"strandline.impl.{system}.product"
    library = names_below(f"strandline.impl.{system}", but=product)
    assert len({file for file, _ in library}) > 20
    assert [
        (file, name) for file, name in library if f"{name}.".startswith((f"{product}.", "tzlocal.", "platformdirs."))
    ] == []


def test_the_writer_of_synthetic_logs_shares_nothing_with_the_scanner_that_reads_them() -> None:
    # The guard reads nothing: it bounds what SQLite does in somebody's file.
    permitted = (WRITER, f"{PRODUCT}.text", "strandline.impl.memo.guard")
    ours = {(file, name) for file, name in names_below(WRITER) if name.startswith("strandline.")}
    assert ours
    assert [(file, name) for file, name in ours if not name.startswith(permitted)] == []
    beside = names_below(PRODUCT, but=WRITER)
    assert [(file, name) for file, name in beside if name.startswith(WRITER)] == []


@pytest.mark.parametrize("layer", LAYERS)
def test_a_root_holds_one_typed_package_of_a_shared_namespace(layer: str) -> None:
    namespace = CHECKOUT / layer / "strandline"
    packages = {entry.name for entry in namespace.iterdir() if entry.name != "__pycache__"}
    assert packages == {layer}
    assert (namespace / layer / "__init__.py").is_file()
    assert (namespace / layer / "py.typed").is_file()
