"""Claims about ``strandline replay``: on what a trace is taken, how far, what is told where it goes another way."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from strandline.model.terms import Step
from strandline.properties.cli import main
from strandline.properties.commands import replay as cli
from strandline.properties.core.verdict import Trace
from strandline.properties.engines.replay import replaying
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.engines.replay.sides import Sides, beside, parted
from strandline.properties.evidence.replay import encode, load
from strandline.properties.systems.memo.system import SYSTEM
from tests.properties.commands.calls import one_line

if TYPE_CHECKING:
    from click.testing import Result

KEPT = Path(__file__).parents[3] / "traces"
START = Step("start", 0)
H03 = KEPT / "M3-dominance.json"

pytestmark = pytest.mark.checkout


def replay(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["replay", *map(str, arguments)], input=stdin)


@pytest.mark.parametrize(
    ("options", "code", "subject"),
    [
        ((), 1, "dominance"),
        (("--on", "impl"), 1, "dominance"),
        (("--on", "model"), 0, "model"),
        (("--mutant", "shipped"), 0, "shipped"),
        (("--on", "impl", "--mutant", "shipped"), 0, "shipped"),
        (("--on", "both"), 1, "dominance"),
        (("--on", "both", "--mutant", "shipped"), 0, "shipped"),
    ],
)
def test_a_trace_is_taken_on_what_was_asked_for(options: tuple[str, ...], code: int, subject: str) -> None:
    result = replay(H03, *options)
    assert result.exit_code == code
    assert result.stdout.startswith(f"M3 on {subject}, world prune, 11 steps\n")


def test_side_by_side_says_where_the_real_code_and_the_model_part_and_what_each_shows() -> None:
    lines = replay(H03, "--on", "both").stdout.splitlines()
    place = lines.index("Beside it the model shows the same up to step 10.")
    assert lines[place + 1] == "They part at step 11, check by r1:"
    assert [line.split("  ") and " ".join(line.split()) for line in lines[place + 3 : place + 7]] == [
        "real code, dominance model",
        f"{'-' * 46} {'-' * 46}",
        "write-back: thrown away, what is stored stays nothing changes",
        "answers: no turn",
    ]
    assert lines[place + 8] == "On the model M3 is not broken, in 11 steps."


def test_where_nothing_parts_side_by_side_says_so() -> None:
    shown = replay(H03, "--on", "both", "--mutant", "shipped")
    assert "Beside it the model shows the same in all steps." in shown.stdout
    assert json.loads(replay(H03, "--on", "both", "--mutant", "shipped", "--format", "json").stdout)["parted"] is None


@pytest.mark.parametrize("path", sorted(KEPT.glob("*.json")), ids=lambda path: path.stem)
def test_every_kept_mutant_parts_with_the_model_and_the_shipped_scanner_does_not(path: Path) -> None:
    """A fault in what nobody is shown, such as which snapshot an answer names, leaves no step to part at.

    Nor does one that shows only in the refresh that a quiet world is asked for after the last step.
    """
    trace = load(str(path))
    sides = beside(SYSTEM, trace)
    unseen = {"torn", "two truths", "never unchanged", "silent scan", "hidden look-ups"}
    unseen |= {"backwards", "forgotten deletions", "narrowing"}
    assert (sides.parted is None) <= (trace.subject in unseen)
    assert not sides.model.broken
    assert beside(SYSTEM, trace._replace(subject="shipped")).parted is None


def test_model_and_real_code_that_part_without_a_broken_law_are_broken_and_no_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exhibit = retrace(SYSTEM, load(str(H03))._replace(subject="shipped"))
    other = exhibit._replace(frames=exhibit.frames[:-1])
    sides = Sides(exhibit, other, parted(exhibit.frames, other.frames))
    monkeypatch.setattr(replaying, "beside", lambda _system, _trace, _until: sides)
    assert replay(H03, "--on", "both", "--mutant", "shipped").exit_code == 4


def test_until_ends_before_the_last_step_and_is_no_pass() -> None:
    result = replay(H03, "--until", "6")
    assert result.exit_code == 3
    assert "   6  swap the memo" in result.stdout
    assert "   7  " not in result.stdout
    assert "Ended after step 6 of 11, as asked for: the law is not judged. This is not a pass." in result.stdout
    assert replay(H03, "--until", "11").exit_code == 1
    assert replay(H03, "--until", "99").exit_code == 1
    assert replay(H03, "--until", "0").exit_code == 3


@pytest.mark.parametrize("options", [("--on", "both"), ("--mutant", "shipped", "--until", "3"), ()])
def test_the_last_line_of_a_replay_does_it_again(options: tuple[str, ...]) -> None:
    once = replay(H03, *options)
    line = once.stdout.splitlines()[-1].split()
    assert line[:2] == ["strandline", "replay"]
    again = replay(*line[2:])
    assert (again.exit_code, again.stdout) == (once.exit_code, once.stdout)


def test_values_that_are_no_longer_those_of_the_file_are_told_with_the_first_step(tmp_path: Path) -> None:
    """The steps are what counts, so the law is judged all the same."""
    old = tmp_path / "old.json"
    old.write_bytes(H03.read_bytes().replace(b'"after":"no row"', b'"after":"2 request q"', 1))
    result = replay(old)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    place = lines.index("From step 8 on it shows something else than when the trace was written:")
    assert "log: 1 request p -> 2 request q" in lines[place + 4]
    assert "log: 1 request p -> no row" in lines[place + 4]
    assert json.loads(replay(old, "--format", "json").stdout)["drifted"] == 8
    assert json.loads(replay(H03, "--format", "json").stdout)["drifted"] is None


def test_bare_steps_replay_and_are_held_against_nothing() -> None:
    result = replay("-", stdin=encode(load(str(H03))))
    assert result.exit_code == 1
    assert "something else" not in result.stdout


@pytest.mark.parametrize(
    ("trace", "says"),
    [
        (Trace("shipped", "prune", "M4", (START,)), "M4 is proved, and no step is judged by it"),
        (Trace("mine", "outside prune", "M3", (START,)), "M3 cannot be seen from outside, and no step is judged by it"),
    ],
)
def test_a_trace_whose_law_judges_no_step_bears_nothing_out(trace: Trace, says: str) -> None:
    one_line(replay("-", stdin=encode(trace)), 3, f"-: {says}; not a pass")


@pytest.mark.parametrize("law", ["M1", "M2", "M3", "M6", "M7", "M8", "M10"])
@pytest.mark.parametrize("on", ["model", "impl", "both"])
def test_steps_in_which_nothing_happens_that_the_law_could_judge_are_no_pass(law: str, on: str) -> None:
    result = replay("-", "--on", on, stdin=encode(Trace("shipped", "prune", law, (START,))))
    assert (result.exit_code, result.stderr) == (3, "")
    assert re.search(rf"Nothing happens in these steps that {law} [a-z ]+ could judge\. This is no", result.stdout)
    beside = f"On the model nothing happens in these steps that {law} could judge." in result.stdout
    assert beside is (on == "both")


def test_a_world_that_is_left_in_peace_at_its_very_start_is_judged() -> None:
    assert replay("-", stdin=encode(Trace("shipped", "prune", "M5", ()))).exit_code == 0


def test_what_excludes_each_other_is_refused_in_one_line(tmp_path: Path) -> None:
    one_line(replay(H03, "--on", "model", "--mutant", "split"), 2, "--mutant plants in the real code")
    one_line(replay(H03, "--mutant", "no such"), 2, "there is no mutant named 'no such'")
    one_line(replay(H03, "--subject", "json:loads", "--on", "model"), 2, "exclude --on and --mutant")
    one_line(replay(H03, "--step"), 2, "--step needs a terminal")
    one_line(replay(H03, "--until", "-1"), 2, "--until")
    specimen = tmp_path / "specimen.json"
    specimen.write_bytes(encode(load(str(H03))._replace(subject="specimen:D1", world="shrunk")))
    one_line(replay(specimen, "--on", "both"), 2, "specimen:D1, which has gates of its own")


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A terminal, and the keys that are pressed on it."""
    pressed: list[str] = []
    terminal = SimpleNamespace(isatty=lambda: True)
    monkeypatch.setattr(cli, "sys", SimpleNamespace(stdin=terminal, stdout=terminal))

    def getchar() -> str:
        if pressed[0] == "ctrl-d":
            raise EOFError
        return pressed.pop(0)

    monkeypatch.setattr(click, "getchar", getchar)
    return pressed


def test_step_shows_one_step_at_each_key_and_then_the_end(keys: list[str]) -> None:
    keys += [" "] * 11
    stepped, whole = replay(H03, "--step"), replay(H03)
    assert keys == []
    assert stepped.exit_code == whole.exit_code == 1
    assert stepped.stdout.splitlines() == whole.stdout.splitlines()[:-3]


@pytest.mark.parametrize("key", ["q", "Q", "\x1b", "ctrl-d"])
def test_q_or_the_end_of_input_ends_stepping_where_it_stands(keys: list[str], key: str) -> None:
    keys += [" ", " ", key]
    result = replay(H03, "--step")
    assert result.exit_code == 3
    assert "   2  |" in result.stdout
    assert "   3  |" not in result.stdout
    assert "Ended after step 2 of 11, as asked for" in result.stdout
