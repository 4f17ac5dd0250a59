"""The command ``strandline exhaust``: what people and scripts see of a search."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import textwrap
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.exhaust import cli, outcome
from strandline.properties.exhaust.chosen import SCOPES
from strandline.properties.exhaust.found import Counts
from strandline.properties.memoworlds.family import FAMILY
from strandline.properties.memoworlds.shown import SHOWN
from strandline.properties.report import folder
from strandline.properties.report.replay import encode
from strandline.properties.verdict import Trace

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

RUN = ".strandline/runs/0001-exhaust"
"""The folder of the first run of a test."""

PATIENCE = 120
"""Seconds to wait for a child; it is only used up when something is wrong."""

HEAD = """
from asyncio import CancelledError
from random import random
from strandline.properties.exhaust.world import *

def up(at): return {"n": at["n"] + 1} if at["n"] < 4 else None
def endless(at): return {"n": at["n"] + 1}
def low(at): return at["n"] < 3
def high(at): return at["n"] == 4
def raises(at): return 1 / (2 - at["n"]) > 0
def dice(at): return {"n": random()} if at["n"] == 0 else None
def a_list(at): return {"n": [1]}
def leaves(at): raise SystemExit(0)
def cancelled(at): raise CancelledError
def talks(at):
    print("I am asked")
    return up(at)
def never(at): return None

def made(take=up, *laws, more=()):
    return World("counter", (Component("n", 0),), (Action("up", ("n",), ("n",), take, "it"), *more), laws)
"""

fresh_names = (f"own_world_{number}" for number in count())


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["exhaust", *(str(argument) for argument in arguments)])


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Write no more than the head of a module, and give its name; tests add to it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [*sys.path])
    name = next(fresh_names)
    (tmp_path / f"{name}.py").write_text(HEAD)
    return name


def searched(own: str, world: str, *options: str) -> Result:
    """Search the world that an expression makes."""
    with open(f"{own}.py", "a", encoding="utf-8") as module:  # noqa: PTH123 - in the folder of the test
        module.write(f"\nworld = {world}\n")
    return run(f"{own}:world", *options)


def evidence() -> dict[str, Any]:
    with open(".strandline/exhaust.json", encoding="utf-8") as file:  # noqa: PTH123 - in the folder of the test
        claims: dict[str, Any] = json.load(file)["claims"]
    return claims


def one_line(result: Result, code: int, says: str) -> None:
    """Assert that a call ended with a code and one clear line, and nothing else."""
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith("strandline: ")
    assert result.stderr.count("\n") == 1
    assert says in result.stderr


def test_a_world_that_holds_tells_laws_counts_and_where_the_evidence_lies(own: str) -> None:
    result = searched(own, "made(up, Sometimes('top', ('n',), high))")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "top  holds         seen 1 time"
    assert "5 states, 4 transitions, depth 4, 1 state in the widest layer" in lines
    assert "5 calls into Python, 1 peek, 5 answers of laws" in lines
    assert "fired: up 4" in lines
    assert lines[-2:] == ["counter: holds", f"evidence: {RUN}/exhaust.json"]
    assert evidence()["verdict"] == "holds"


def test_a_broken_law_is_shown_step_by_step_with_actor_and_change(own: str) -> None:
    result = searched(own, "made(up, Always('low', ('n',), low))")
    assert result.exit_code == 1
    assert (
        textwrap.dedent("""\
        low is broken, trace: 3 steps, 0 switches
              it
              --------------------------------
           1  up
                n: 0 -> 1
           2  up
                n: 1 -> 2
           3  up
                n: 2 -> 3
        """)
        in result.stdout
    )
    law = evidence()["laws"][0]
    assert [step["changed"] for step in law["traces"][0]["steps"]] == [{"n": "1"}, {"n": "2"}, {"n": "3"}]


def test_a_broken_law_leaves_a_trace_that_is_taken_again_by_the_line_that_is_printed(own: str) -> None:
    found = searched(own, "made(talks, Always('low', ('n',), low), Always('M3', ('n',), low))").stdout.splitlines()
    again = [shlex.split(line) for line in found[found.index("take it again:") + 1 :][:2]]
    assert [line[2] for line in again] == [f"{RUN}/traces/{law}-{own}-world.json" for law in ("low", "M3")]
    for law, line in zip(("low", "M3"), again, strict=True):
        result = CliRunner().invoke(main, line[1:])
        assert (result.exit_code, result.stderr.count("I am asked")) == (1, 3)
        lines = result.stdout.splitlines()
        assert lines[0] == f"{law} on world:{own}:world, world counter, 3 steps"
        assert f"        ** broken here: {law}" in lines
        assert lines[lines.index(f"{law} is broken:") + 1 :] == [
            "  n: 3",
            "",
            "take it again:",
            f"  {shlex.join(line)}",
        ]


def test_a_trace_of_a_world_that_was_mended_holds_and_says_what_is_otherwise(own: str) -> None:
    searched(own, "made(up, Always('low', ('n',), low))")
    kept = f"{RUN}/traces/low-{own}-world.json"
    with open(f"{own}.py", "a", encoding="utf-8") as module:  # noqa: PTH123 - in the folder of the test
        module.write(
            "\ndef resets(at): return {'n': (at['n'] + 1) % 3}\nmended = made(resets, Always('low', ('n',), low))\n"
        )
    del sys.modules[own]
    result = CliRunner().invoke(main, ["replay", kept, "--world", f"{own}:mended"])
    assert result.exit_code == 0
    assert "low holds on these steps." in result.stdout
    assert "From step 3 on it shows something else than when the trace was written:" in result.stdout
    found = CliRunner().invoke(main, ["replay", kept, "--world", f"{own}:mended", "--format", "json"])
    document = json.loads(found.stdout)
    assert {name: document[name] for name in ("broken", "fits", "judged", "actors", "drifted", "at")} == {
        "broken": False,
        "fits": 3,
        "judged": 4,
        "actors": ["it"],
        "drifted": 3,
        "at": None,
    }
    early = CliRunner().invoke(main, ["replay", kept, "--world", f"{own}:world", "--until", "2"])
    assert early.exit_code == 3
    assert "Ended after step 2 of 3, as asked for" in early.stdout


OTHERS = """
late = made(up, Always('late', ('n',), low))
slow = World('slow', (Component('n', 0),), (Action('up', ('n',), ('n',), up, 'it'),), (Always('low', ('n',), low),))
stuck = made(never, Always('low', ('n',), low))
lists = made(a_list, Always('low', ('n',), low))
cancels = made(cancelled, Always('low', ('n',), low))
leaving = made(leaves, Always('low', ('n',), low))
"""


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        ((), 2, "a world of somebody's own; strandline replay takes it with --world"),
        (("--world", "{own}:none"), 2, "module '{own}' has no 'none'"),
        (("--world", "{own}"), 2, "is not module:world"),
        (("--world", "{own}:slow"), 2, "is of a world named 'counter', and {own}:slow is 'slow'"),
        (("--world", "{own}:late"), 3, "the trace fits no longer: nothing here is named 'low'; not a pass"),
        (("--world", "{own}:leaving"), 4, "{own}:leaving is broken: a function raised SystemExit: 0"),
        (("--world", "{own}:cancels"), 4, "{own}:cancels is broken: a function raised CancelledError"),
        (("--world", "{own}:lists"), 4, "{own}:lists is broken: what action 'up' wrote to component 'n' holds a list"),
        (("--world", "{own}:world", "--on", "model"), 2, "--world excludes --on"),
        (("--world", "{own}:world", "--mutant", "split"), 2, "--world excludes --on, --mutant"),
        (("--world", "{own}:world", "--subject", "json:loads"), 2, "--world excludes --on, --mutant, --subject"),
    ],
)
def test_a_trace_of_an_own_world_that_cannot_be_taken_is_one_line(
    own: str, options: tuple[str, ...], code: int, says: str
) -> None:
    searched(own, f"made(up, Always('low', ('n',), low)){OTHERS}")
    kept = f"{RUN}/traces/low-{own}-world.json"
    result = CliRunner().invoke(main, ["replay", kept, *(option.format(own=own) for option in options)])
    one_line(result, code, says.format(own=own))
    if not options:
        one_line(CliRunner().invoke(main, ["export", kept]), code, says.format(own=own))


def test_a_step_that_an_own_world_no_longer_takes_is_told_with_its_actor(own: str) -> None:
    searched(own, f"made(up, Always('low', ('n',), low)){OTHERS}")
    result = CliRunner().invoke(main, ["replay", f"{RUN}/traces/low-{own}-world.json", "--world", f"{own}:stuck"])
    assert result.exit_code == 3
    told = " ".join(result.stdout.split())
    assert "The trace fits no longer: step 1, up by it, cannot be taken: it cannot happen here. This is not a" in told


def test_a_trace_of_the_scanner_is_not_taken_in_an_own_world(own: str, tmp_path: Path) -> None:
    searched(own, "made()")
    trace = tmp_path / "trace.json"
    trace.write_bytes(encode(Trace("shipped", "prune", "M3", ())))
    result = CliRunner().invoke(main, ["replay", str(trace), "--world", f"{own}:world"])
    one_line(result, 2, "is a trace of the scanner, its model or another one, and takes no --world")


def test_json_is_the_evidence_and_nothing_else_though_the_world_prints(own: str, tmp_path: Path) -> None:
    result = searched(own, "made(talks)", "--format", "json", "--out", str(tmp_path / "there" / "e.json"))
    assert result.exit_code == 0
    assert result.stdout_bytes == (tmp_path / "there" / "e.json").read_bytes()
    assert "I am asked" in result.stderr
    document = json.loads(result.stdout)
    assert document["claims"]["counts"]["firings"] == {"up": 4}
    assert set(document["claims"]["sources"]) > {own}


def test_two_runs_make_the_same_claims(own: str) -> None:
    claims = []
    searched(own, "made(up, Always('low', ('n',), low))")
    for _ in range(2):
        run(f"{own}:world")
        claims.append(evidence())
    assert claims[0] == claims[1]


def test_workers_are_for_several_worlds(own: str) -> None:
    refused = run(f"{own}:world", "--workers", "2")
    assert refused.exit_code == 2
    assert "one world is searched by one process" in refused.stderr


def test_a_function_that_makes_a_world_will_do_though_its_steps_cannot_be_sent_elsewhere(own: str) -> None:
    assert searched(own, "lambda: made(lambda at: up(at))").exit_code == 0
    assert searched(own, "made(lambda at: up(at))").exit_code == 0


@pytest.mark.parametrize(
    ("world", "says"),
    [
        ("made(raises)", "action 'up' gave True, which is neither None, an outcome, nor several"),
        ("made(up, Always('fine', ('n',), raises))", "law 'fine' raised ZeroDivisionError: division by zero"),
        ("made(dice)", "it must depend on what it reads, and on nothing else"),
        ("made(a_list)", "action 'up' wrote to 'n' a value that holds a list, which can change"),
        ("made(leaves)", "a function of world 'counter' raised SystemExit: 0"),
        ("made(lambda at: {'m': 1})", "action 'up' wrote 'm', which it did not declare"),
        ("made(lambda at: at['m'])", "action 'up' read 'm', which it did not declare"),
    ],
)
def test_a_function_that_does_not_do_what_was_declared_is_broken_with_evidence(own: str, world: str, says: str) -> None:
    result = searched(own, world)
    assert result.exit_code == 4
    assert says in result.stderr.splitlines()[-1]
    assert result.stderr.splitlines()[-1].startswith("strandline: ")
    assert "Traceback" not in result.output
    assert "counter: broken" in result.stdout
    assert evidence()["verdict"] == "broken"
    assert says in str(evidence()["ended"])


@pytest.mark.parametrize(
    ("world", "says"),
    [
        ("[1]", "is no World, nor a function that makes one: it is of type list"),
        ("World", "is no World, nor a function that makes one: it is of type World"),
        ("lambda: {}", "makes no World: it gave a value of type dict"),
        ("lambda: 1 / 0", "makes no World: ZeroDivisionError: division by zero"),
        ("lambda missing: made()", "makes no World: TypeError: "),
        ("made(up, Always('x', ('m',), low))", "law 'x' reads 'm', and there is no such component"),
        ("World('w', (Component('n', []),), (Action('up', ('n',), ('n',), up),))", "holds a list, which can change"),
        ("World('w', (), ())", "needs a component and an action"),
        ("exit(0)", "cannot be imported: SystemExit: 0"),
    ],
)
def test_what_is_no_world_is_a_mistake_in_the_call(own: str, world: str, says: str) -> None:
    one_line(searched(own, world), 2, says)


def test_a_world_that_is_not_there_or_not_named_once_is_a_mistake_in_the_call(own: str) -> None:
    one_line(run("no_such_module:world"), 2, "No module named 'no_such_module'")
    one_line(run(f"{own}:nothing"), 2, f"module {own!r} has no 'nothing'")
    one_line(run(own), 2, "is not module:world")
    one_line(run(f"{own}:made", "--world", "prune"), 2, "MODULE:WORLD excludes --world")
    one_line(run(f"{own}:made", "--subject", "impl"), 2, "MODULE:WORLD excludes --world, --subject")
    one_line(run(f"{own}:made", "--mutant", "split"), 2, "MODULE:WORLD excludes --world")
    one_line(run("--world", "prune", "--mutant", "x"), 2, "there is no mutant named 'x'")
    one_line(run("--world", "prune", "--subject", "model", "--mutant", "split"), 2, "planted in the real scanner")
    one_line(run("--world", "x"), 2, "there is no memo world named 'x'; there are prune, ")
    for options in (("--workers", "3"), ("--states", "0"), ("--memory", "4X"), ("--memory", "0"), ("--several", "0")):
        one_line(run("--world", "prune", *options), 2, f"'{options[0]}'")


def test_an_action_that_never_fires_is_named_and_is_no_pass(own: str) -> None:
    result = searched(own, "made(up, more=[Action('sit', ('n',), ('n',), never)])")
    assert result.exit_code == 3
    assert "never fired, so that no law says anything of it: sit" in result.stdout
    assert evidence()["unfired"] == ["sit"]


def test_an_action_that_had_no_time_to_fire_is_not_said_to_never_fire(own: str) -> None:
    result = searched(own, "made(endless, more=[Action('sit', ('n',), ('n',), never)])", "--states", "20")
    assert result.exit_code == 3
    assert "not fired by then: sit" in result.stdout
    assert "never fired" not in result.stdout


def test_a_budget_that_ends_is_inconclusive_and_tells_the_frontier(own: str) -> None:
    result = searched(own, "made(endless)", "--states", "20")
    assert result.exit_code == 3
    assert "ended early: more than 20 states; 1 state of the frontier left unexplored" in result.stdout
    assert run(f"{own}:world", "--memory", "1K").exit_code == 3
    assert evidence()["bounds"] == {"states": 200_000_000, "memory": 1024, "several": 1}


def test_evidence_that_cannot_be_written_in_the_end_is_said_and_a_violation_counts_all_the_same(
    own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(folder, "require", lambda _path: None)  # as if the disk had filled up since
    result = searched(own, "made(up)\nbroken = made(up, Always('low', ('n',), low))", "--out", "file/e.json")
    assert result.exit_code == 4
    assert "counter: holds" in result.stdout
    assert result.stderr.splitlines()[-1].startswith("strandline: file/e.json cannot be written")
    assert run(f"{own}:broken", "--out", "file/e.json").exit_code == 1


@pytest.mark.parametrize("error", [MemoryError("no room"), OverflowError("63 bits"), OSError("disk full")])
def test_a_search_that_the_machine_cuts_off_is_inconclusive_with_what_it_counted(
    error: Exception, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_arguments: object, say: object, **_named: object) -> None:
        say(Counts(states=12, frontier=3))  # type: ignore[operator] # it is called
        raise error

    monkeypatch.setattr(outcome, "search", cut_off)
    result = searched(own, "made(up, Always('low', ('n',), low))")
    assert result.exit_code == 3
    assert f"ended early: {type(error).__name__}: {error}; 3 states of the frontier left unexplored" in result.stdout
    assert evidence()["counts"]["states"] == 12


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to consoles, not to processes")
def test_ctrl_c_leaves_evidence_with_the_counts_so_far(own: str, tmp_path: Path) -> None:
    with (tmp_path / f"{own}.py").open("a") as module:
        module.write("\nworld = made(endless, Always('small', ('n',), lambda at: at['n'] < 5))\n")
    child = subprocess.Popen(
        [sys.executable, "-c", "from strandline.properties.cli import main; main()", "exhaust", f"{own}:world"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    try:
        assert child.stderr is not None
        assert child.stderr.readline().startswith("depth 1: 2 states")
        os.killpg(child.pid, signal.SIGINT)  # as a terminal does: to every process of the command
        out, err = child.communicate(timeout=PATIENCE)
    finally:
        child.kill()
    assert child.returncode in {1, 3}, err
    assert "Traceback" not in err
    assert "ended early: interrupted; 1 state of the frontier left unexplored" in out
    assert evidence()["ended"] == "interrupted"


def test_the_memo_worlds_are_listed_and_one_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [line.split("  ")[0] for line in run("--list").stdout.splitlines()] == list(SCOPES)
    worlds = json.loads(run("--list", "--format", "json").stdout)
    assert [world["name"] for world in worlds] == list(SCOPES)
    assert [world["name"] for world in worlds if world["size"] == "large"] == list(FAMILY)
    result = run("--world", "torn")
    assert result.exit_code == 0
    assert "M1" in result.stdout
    assert evidence()["subject"] == "the reference model"


def test_a_world_says_which_twins_it_offers_no_way_to_and_is_a_pass_without_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("--world", "drop")
    assert result.exit_code == 0
    assert "not asked of this world, which offers no way to it: M1: a memo is resumed" in result.stdout
    unshown = [one.partition(":")[0] for one in evidence()["unshown"]]
    assert unshown == ["M1", "M2", "M10", "rewritten", "apart", "gave up", "led astray", "kept waiting"]


def test_a_twin_that_a_world_ought_to_show_and_does_not_is_no_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(SHOWN, "drop", (*SHOWN["drop"], "M2"))
    result = run("--world", "drop")
    assert result.exit_code == 3
    (line,) = (line for line in result.stdout.splitlines() if line.startswith("M2: a refresh fails"))
    assert "inconclusive" in line


def family(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Take these worlds for the family; a process that searches one knows them all by name."""
    monkeypatch.setattr(cli, "FAMILY", dict.fromkeys(names))


@pytest.mark.parametrize("kind", ["model", pytest.param("impl", marks=pytest.mark.search)])
def test_a_family_has_a_row_for_each_world_one_verdict_and_one_evidence(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ("drop", "faults", "evicted", "returned", "given up", "led away")
    family(monkeypatch, *names)
    result = run("--subject", kind)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split()[:6] == ["world", "states", "transitions", "depth", "calls", "seconds"]
    assert all(line.startswith(f"{name} ") for name, line in zip(names, lines[1:7], strict=True))
    assert lines[1].split()[1:4] == (["421", "875", "16"] if kind == "impl" else ["409", "856", "15"])
    assert lines[-2].startswith("6 worlds of the ")
    assert lines[-2].endswith(": holds")
    claims = evidence()
    assert claims["verdict"] == "holds"
    assert [world["world"] for world in claims["worlds"]] == list(names)
    assert [world["real"] is not None for world in claims["worlds"]] == [kind == "impl"] * 6


def test_a_twin_that_no_world_of_a_family_shows_is_no_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    family(monkeypatch, "drop", "three")
    result = run()
    assert result.exit_code == 3
    assert "never seen in any of these worlds: M10: a memo is stored that is full" in result.stdout
    assert evidence()["verdict"] == "inconclusive"


def test_a_mutant_is_drawn_as_lanes_with_a_line_that_replays_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("--world", "empty", "--mutant", "dominance")
    assert result.exit_code == 1
    assert "M3 on dominance, world empty, 11 steps" in result.stdout
    again = result.stdout.splitlines()[-3].split()
    assert again[:2] == ["strandline", "replay"]
    assert CliRunner().invoke(main, again[1:]).exit_code == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to consoles, not to processes")
def test_ctrl_c_leaves_a_family_with_the_worlds_that_were_searched(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", "from strandline.properties.cli import main; main()", "exhaust"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
        cwd=tmp_path,
    )
    try:
        assert child.stderr is not None
        assert ": depth " in child.stderr.readline()
        os.killpg(child.pid, signal.SIGINT)
        out, err = child.communicate(timeout=PATIENCE)
    finally:
        child.kill()
    assert child.returncode == 3, err
    assert "Traceback" not in err
    assert "races: interrupted" in out
    claims = json.loads((tmp_path / ".strandline" / "exhaust.json").read_text())["claims"]
    assert claims["verdict"] == "inconclusive"
    assert {world["world"] for world in claims["worlds"]} == set(FAMILY)
