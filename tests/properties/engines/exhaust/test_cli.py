"""The command ``strandline exhaust``: what people and scripts see of a search."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.engines.exhaust import outcome
from strandline.properties.engines.exhaust.found import Counts, Status
from strandline.properties.evidence import folder
from tests.properties.commands.calls import one_line
from tests.properties.engines.exhaust.worlds_of_ones_own import PATIENCE, RUN, evidence, run, searched

if TYPE_CHECKING:
    from pathlib import Path


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


def test_json_is_the_evidence_and_nothing_else_though_the_world_prints(own: str, tmp_path: Path) -> None:
    world = "made(talks, Sometimes('top', ('n',), high))"
    result = searched(own, world, "--format", "json", "--out", str(tmp_path / "there" / "e.json"))
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
    law = "Sometimes('top', ('n',), lambda at: at['n'] == 4)"
    assert searched(own, f"lambda: made(lambda at: up(at), {law})").exit_code == 0
    assert searched(own, f"made(lambda at: up(at), {law})").exit_code == 0


@pytest.mark.parametrize(
    ("world", "says"),
    [
        ("made(raises)", "action 'up' gave True, which is neither None, an outcome, nor several"),
        ("made(up, Always('fine', ('n',), raises))", "law 'fine' raised ZeroDivisionError: division by zero"),
        ("made(dice)", "it must depend on what it reads, and on nothing else"),
        ("made(a_list)", "action 'up' wrote to 'n' a value that holds a list, which can change"),
        ("made(leaves)", "action 'up' raised SystemExit: 0"),
        ("made(cancelled)", "action 'up' raised CancelledError"),
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


def test_a_search_for_the_first_broken_law_ends_there_and_says_so(own: str) -> None:
    world = "made(endless, Always('low', ('n',), low), Always('small', ('n',), lambda at: at['n'] < 9))"
    result = searched(own, world, "--first")
    assert result.exit_code == 1
    assert "low    violated      broken after 3 steps" in result.stdout
    assert "small  inconclusive  the search ended early: stopped at the first law that broke" in result.stdout
    assert "low: violated; the search ends with this layer" in result.stderr.splitlines()
    claims = evidence()
    assert claims["bounds"]["first"] is True
    assert claims["ended"] == "stopped at the first law that broke"
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("  strandline replay ")]
    assert CliRunner().invoke(main, shlex.split(line)[1:]).exit_code == 1


def test_progress_says_once_and_at_once_that_a_law_is_broken_and_how_to_stop(own: str) -> None:
    world = "made(endless, Always('low', ('n',), low))"
    lines = searched(own, world, "--states", "2000").stderr.splitlines()
    assert lines.count("low: violated; the search goes on; --first ends it here, Ctrl-C now") == 1


def test_a_bound_on_time_ends_a_search_and_is_in_the_evidence(own: str) -> None:
    result = searched(own, "made(endless)", "--for", "0s")
    assert result.exit_code == 3
    assert "ended early: more than 0 s; 1 state of the frontier left unexplored" in result.stdout
    assert evidence()["bounds"]["seconds"] == 0
    one_line(run(f"{own}:world", "--for", "soon"), 2, "'soon' is not a length of time: write 90, 90s, 2m or 1h")


def test_evidence_that_cannot_be_written_in_the_end_is_said_and_a_violation_counts_all_the_same(
    own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(folder, "require", lambda _path: None)  # as if the disk had filled up since
    sound = "made(up, Sometimes('top', ('n',), high))"
    result = searched(own, f"{sound}\nbroken = made(up, Always('low', ('n',), low))", "--out", "file/e.json")
    assert result.exit_code == 4
    assert "counter: holds" in result.stdout
    assert result.stderr.splitlines()[-1].startswith("strandline: file/e.json cannot be written")
    assert run(f"{own}:broken", "--out", "file/e.json").exit_code == 1


@pytest.mark.parametrize("error", [MemoryError("no room"), OverflowError("63 bits"), OSError("disk full")])
def test_a_search_that_the_machine_cuts_off_is_inconclusive_with_what_it_counted(
    error: Exception, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_arguments: object, say: object, **_named: object) -> None:
        say(Status(Counts(states=12, frontier=3)))  # type: ignore[operator] # it is called
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
        assert any(line.startswith("depth ") and not line.startswith("depth 0") for line in child.stderr)
        os.killpg(child.pid, signal.SIGINT)  # as a terminal does: to every process of the command
        out, err = child.communicate(timeout=PATIENCE)
    finally:
        child.kill()
    assert child.returncode in {1, 3}, err
    assert "Traceback" not in err
    assert "ended early: interrupted; 1 state of the frontier left unexplored" in out
    assert evidence()["ended"] == "interrupted"
