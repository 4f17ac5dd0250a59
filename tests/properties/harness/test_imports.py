"""Claims about imports under the sandbox: what an import does is nobody's access, what a module does is one."""

from __future__ import annotations

import datetime as dt
import importlib
import importlib.machinery
import importlib.util
import os
import runpy
import sys
import time
import zipfile
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

import pytest

from strandline.impl.memo import host, refresh
from strandline.model.terms import Step
from strandline.properties.harness.audit import AuditError
from strandline.properties.harness.sandbox import Sandbox
from strandline.properties.systems.memo.driver.lockstep import Lockstep
from strandline.properties.systems.memo.driver.templates import Templates

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from pathlib import Path

NAME: Final = "strandline_came_late"
"""What a module is called that a step comes upon."""

LIBRARIES: Final = ("_lsprof", "_zoneinfo", "_queue", "_bz2")
"""Modules in C, of which most Pythons load one from a file of its own."""


@pytest.fixture
def late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder on the path, whose module of that name has not been imported; the next test finds it so again."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setitem(sys.modules, NAME, sys)
    monkeypatch.delitem(sys.modules, NAME)
    return tmp_path


def module(folder: Path, *lines: str) -> Path:
    """Write the module."""
    file = folder / f"{NAME}.py"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def heard(reach: Callable[[], object]) -> list[str]:
    """Tell what a sandbox hears of a call."""
    accesses: list[str] = []
    with Sandbox(accesses.append):
        reach()
    return accesses


def load() -> Any:  # noqa: ANN401 - a module that no type checker knows
    """Import the module, which reads its file."""
    return importlib.import_module(NAME)


def state() -> None:
    """Import it by a statement."""
    exec(f"import {NAME}")  # noqa: S102 - the name is a constant here


def first_steps() -> None:
    """Let a refresh through its first gates on a lockstep harness."""
    with Templates() as templates, closing(Lockstep("field", templates, Counter())) as harness:
        for action in (Step("start", 0), Step("locate", 0), Step("connect", 0)):
            harness.take(action)


@pytest.mark.parametrize("reach", [load, state])
def test_to_find_read_and_cache_a_module_is_no_access(late: Path, reach: Callable[[], object]) -> None:
    module(late, "import decimal", "VALUE = 1")
    assert heard(reach) == []
    assert sys.modules[NAME].VALUE == 1
    assert list((late / "__pycache__").iterdir())
    del sys.modules[NAME]
    assert heard(reach) == []


def test_to_miss_a_module_is_no_access(late: Path) -> None:
    def miss() -> None:
        with pytest.raises(ModuleNotFoundError):
            load()

    assert list(late.iterdir()) == []
    assert heard(miss) == []


def test_to_read_a_module_out_of_an_archive_is_no_access(late: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = late / "modules.zip"
    with zipfile.ZipFile(archive, "w") as writing:
        writing.writestr(f"{NAME}.py", "VALUE = 2\n")
    monkeypatch.syspath_prepend(archive)
    assert heard(load) == []
    assert sys.modules[NAME].VALUE == 2


def library() -> ModuleSpec:
    """Find a module in C that has a file."""
    for spec in map(importlib.machinery.PathFinder.find_spec, LIBRARIES):
        if spec is not None:
            return spec
    pytest.skip("this Python has all of these modules built in")


def test_to_load_a_library_is_no_access(monkeypatch: pytest.MonkeyPatch) -> None:
    name = library().name
    monkeypatch.delitem(sys.modules, name, raising=False)
    assert heard(lambda: importlib.import_module(name)) == []
    assert name in sys.modules


def test_to_load_a_library_without_an_import_is_an_access() -> None:
    spec = library()
    assert heard(lambda: importlib.util.module_from_spec(spec)) == ["import"]


def test_a_finder_that_was_there_before_the_step_is_trusted(late: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Test runners and editable installs put in finders of their own, which look at files."""
    module(late)
    monkeypatch.setattr(sys, "meta_path", [Finder(late), *sys.meta_path])
    assert heard(load) == []


def test_a_finder_that_a_step_put_in_is_not(late: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module(late)
    monkeypatch.setattr(sys, "meta_path", sys.meta_path.copy())

    def reach() -> None:
        sys.meta_path.insert(0, Finder(late))
        load()

    assert {"os.stat", "open"} <= set(heard(reach))


class Finder:
    """Finds nothing, and looks at files for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        """Open a file and find nothing."""
        del path, target
        file = self._folder / f"{name}.py"
        if file.exists():
            file.read_text("utf-8")
        return None


BODIES: Final = {
    "opens a file": ("open(__file__).close()", "open"),
    "opens a file in a function": ("def read():\n    open(__file__).close()\nread()", "open"),
    "opens a file in a class": ("class Read:\n    open(__file__).close()", "open"),
    "lists a folder": ("import os\nos.listdir('.')", "os.listdir"),
    "stats a path": ("import os\nos.stat('.')", "os.stat"),
    "stats a path by a name of its own": ("from os import stat\nstat('.')", "os.stat"),
    "reads the clock": ("import time\ntime.time()", "time.time"),
    "reads another module's file by its loader": ("__loader__.get_data(__file__)", "open"),
}
"""What a module may do as it is loaded, and the word for it."""


@pytest.mark.parametrize("way", BODIES)
def test_what_a_module_does_as_it_is_loaded_is_an_access_of_whoever_imports_it(late: Path, way: str) -> None:
    """It happens once in a process, to the step that comes first: no two refreshes would go alike."""
    body, word = BODIES[way]
    module(late, body)
    assert heard(load) == [word]


def test_nor_is_it_hidden_by_another_import_around_it(late: Path) -> None:
    module(late, f"import {NAME}_too")
    (late / f"{NAME}_too.py").write_text("open(__file__).close()\n", "utf-8")
    try:
        assert heard(load) == ["open"]
    finally:
        sys.modules.pop(f"{NAME}_too", None)


@pytest.mark.parametrize("way", ["reload", "loader", "run as a program", "compiled"])
def test_to_read_program_text_without_an_import_is_an_access(late: Path, way: str) -> None:
    """Each of these reads a file as often as it is asked, so that a step could learn what others wrote meanwhile."""
    file = module(late, "VALUE = 3")
    loaded = load()
    ways: dict[str, Callable[[], object]] = {
        "reload": lambda: importlib.reload(loaded),
        "loader": lambda: loaded.__loader__.get_data(str(file)),
        "run as a program": lambda: runpy.run_path(str(file)),
        "compiled": lambda: exec(compile(file.read_bytes(), file, "exec"), {}),  # noqa: S102 - text of this test
    }
    assert "open" in heard(ways[way])


def test_a_module_that_is_loaded_under_a_sandbox_keeps_no_stand_in(late: Path) -> None:
    module(late, "from os import stat", "from time import time as clock", "from datetime import datetime")
    assert heard(load) == []
    loaded = sys.modules[NAME]
    assert (loaded.stat, loaded.clock, loaded.datetime) == (os.stat, time.time, dt.datetime)


def test_a_core_that_comes_upon_an_import_is_not_refused(late: Path) -> None:
    module(late, "import decimal")
    shipped = refresh.step

    def step(state: refresh.State, result: Any) -> refresh.Next:  # noqa: ANN401 - as the core's
        load()
        return shipped(state, result)

    with patch.object(refresh, "step", step):
        first_steps()
    assert NAME in sys.modules


def test_an_effect_that_comes_upon_an_import_is_not_refused(late: Path) -> None:
    """Python 3.14 first needs urllib when a path is made a URI, which *Connect* does."""
    module(late, "import decimal")
    shipped = host.Lease.perform

    def perform(self: host.Lease, effect: Any) -> Any:  # noqa: ANN401 - as the lease's
        load()
        return shipped(self, effect)

    with patch.object(host.Lease, "perform", perform):
        first_steps()
    assert NAME in sys.modules


@pytest.mark.parametrize("way", ["opens a file", "stats a path by a name of its own", "reads the clock"])
def test_a_core_that_goes_round_the_effects_by_way_of_a_module_is_refused_by_name(late: Path, way: str) -> None:
    body, word = BODIES[way]
    module(late, body)
    shipped = refresh.step

    def step(state: refresh.State, result: Any) -> refresh.Next:  # noqa: ANN401 - as the core's
        load()
        return shipped(state, result)

    says = rf"^audit: core step may touch nothing; it touched {word}$"
    with patch.object(refresh, "step", step), pytest.raises(AuditError, match=says):
        first_steps()
