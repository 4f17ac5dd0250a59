"""Claims about exported tests: they are named after what the law says, fail on what is bad, and pass on what is not."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from strandline.model.terms import Step as Taken
from strandline.properties.cli import main
from strandline.properties.core.system import SHIPPED
from strandline.properties.core.verdict import Trace
from strandline.properties.engines.replay.export import UnexportableError, claim_of, pytest_module
from strandline.properties.engines.replay.regression import Step, again
from strandline.properties.evidence.replay import encode, load
from strandline.properties.systems.memo.spec.laws import LAWS
from strandline.properties.systems.memo.system import SYSTEM

if TYPE_CHECKING:
    from click.testing import Result

KEPT = Path(__file__).parents[3] / "traces"
H03 = KEPT / "M3-dominance.json"
PATIENCE = 300.0

PLANTED = """\
import pytest

from strandline.properties.systems.memo.mutants.registry import planted


@pytest.fixture(autouse=True)
def bad():
    with planted({mutant!r}):
        yield
"""

pytestmark = pytest.mark.checkout


def export(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["export", *map(str, arguments)], input=stdin)


def passed(folder: Path) -> tuple[int, str]:
    """Run pytest in a folder, as a project would that has the exported test; give the exit code and what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts=", folder],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout


def test_an_exported_test_passes_on_the_shipped_scanner_and_fails_where_the_mutant_is(tmp_path: Path) -> None:
    assert export(H03, "--as", "pytest", "--out", tmp_path / "test_kept.py").exit_code == 0
    code, said = passed(tmp_path)
    assert (code, said.splitlines()[-1].split(" in ")[0]) == (0, "3 passed")
    (tmp_path / "conftest.py").write_text(PLANTED.format(mutant="dominance"))
    code, said = passed(tmp_path)
    assert code == 1
    assert "1 failed, 2 passed" in said
    assert "FAILED test_kept.py::test_a_write_back_never_replaces_a_newer_or_wider_memo[impl]" in said
    assert "** broken here: M3" in said
    assert "| strandline replay -" in said


@pytest.mark.parametrize("path", sorted(KEPT.rglob("*.json")), ids=lambda path: path.stem)
def test_every_kept_trace_makes_a_test_that_holds_today(path: Path) -> None:
    trace = load(str(path))
    text = pytest_module(SYSTEM, trace)
    names: dict[str, object] = {}
    exec(compile(text, str(path), "exec"), names)  # noqa: S102 - what was just written, to see whether it runs
    tests = {name: test for name, test in names.items() if name.startswith("test_")}
    assert len(tests) == (1 if trace.subject == SHIPPED else 2)
    for name, test in tests.items():
        assert callable(test)
        for arguments in ([] if "catch" in name else ["model", "impl"],):
            [test(argument) for argument in arguments] or test()
    assert max(map(len, text.splitlines())) <= 120
    assert ast.get_docstring(ast.parse(text))


def test_a_law_names_its_test() -> None:
    named = {law.number: claim_of(law) for law in LAWS}
    assert named["M1"] == "test_an_answer_equals_the_full_scan_of_the_snapshot_that_it_names"
    assert named["M5"] == "test_once_the_world_is_quiet_a_refresh_is_exact"
    assert len(set(named.values())) == len(LAWS)
    assert all(name.isidentifier() for name in named.values())


def test_the_name_of_a_test_can_be_given_and_no_other_text_goes_in(tmp_path: Path) -> None:
    assert "\ndef test_the_slow_one(on: str) -> None:\n" in export(H03, "--name", "test_the_slow_one").stdout
    for name in ("x", "test_", "test_a()", "test_\nimport os", "test_" + "a" * 200):
        result = export(H03, "--name", name)
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    hostile = tmp_path / "hostile.json"
    hostile.write_bytes(H03.read_bytes().replace(b'"says":"connect"', b'"says":"\\"\\"\\"; import os"'))
    assert export(hostile).stdout == export(H03).stdout


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        ({"subject": '"""\nimport os'}, 3, "nothing here is named"),
        ({"world": "x\ny"}, 3, "nothing here is named"),
        ({"law": "M99"}, 3, "nothing here is named 'M99'"),
        ({"law": "M4"}, 3, "M4 is proved"),
        ({"subject": "specimen:D0", "world": "shrunk"}, 3, "specimen:D0 has gates of its own"),
        (
            {"world": "outside prune", "law": "M1"},
            2,
            "with --subject or --subject-cmd, and it makes no test",
        ),
        ({"steps": (Taken("hop"),)}, 3, "step 1, hop by env, cannot be taken: no step has this name"),
        ({"steps": ()}, 3, "M3 is not broken by these steps on dominance"),
        ({"subject": "shipped", "steps": (Taken("start", 0),)}, 3, "nothing happens in these steps that M3 could"),
        ({"steps": (Taken("start", 0),)}, 3, "M3 is not broken by these steps on dominance"),
    ],
)
def test_what_makes_no_test_is_refused_in_one_line(change: dict[str, object], code: int, says: str) -> None:
    result = export("-", stdin=encode(load(str(H03))._replace(**change)))  # type: ignore[arg-type] # fields of a trace
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (code, "", 1)
    assert says in result.stderr


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "test_mine.py"
    path.write_text("mine")
    result = export(H03, "--out", path)
    assert (result.exit_code, path.read_text()) == (2, "mine")
    assert "is there already" in result.stderr
    assert export(H03, "--out", path / "below.py").exit_code == 2


def test_a_trace_of_the_shipped_scanner_that_breaks_a_law_fails_until_it_is_mended() -> None:
    """The mended one may come to do something else at the last step, so that one need not fit."""
    trace = load(str(KEPT / "mended" / "M6-shipped.json"))
    assert f"LEAST: Final = {len(trace.steps)}" in pytest_module(SYSTEM, trace)


def test_steps_that_name_what_is_not_there_are_an_error_and_no_pass() -> None:
    for steps, world, law, on in (
        ((), "no such", "M1", "impl"),
        ((), "prune", "M99", "impl"),
        ((), "prune", "M1", "no such"),
        ((Step("read", "me"),), "prune", "M1", "impl"),
    ):
        with pytest.raises(ValueError, match=r"named|no refresh"):
            again(SYSTEM, steps, world=world, law=law, on=on)


def test_a_specimen_makes_no_test() -> None:
    with pytest.raises(UnexportableError, match="gates of its own"):
        pytest_module(SYSTEM, Trace("specimen:D1", "shrunk", "M1", ()))
