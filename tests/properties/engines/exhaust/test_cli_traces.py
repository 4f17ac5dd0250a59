"""The traces that a search of somebody's own world leaves, and how they are taken again."""

from __future__ import annotations

import json
import shlex
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.core.verdict import Trace
from strandline.properties.evidence.replay import encode
from tests.properties.commands.calls import one_line
from tests.properties.engines.exhaust.worlds_of_ones_own import RUN, searched

if TYPE_CHECKING:
    from pathlib import Path


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
        (("--world", "{own}:leaving"), 4, "{own}:leaving is broken: action 'up' raised SystemExit: 0"),
        (("--world", "{own}:cancels"), 4, "{own}:cancels is broken: action 'up' raised CancelledError"),
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
