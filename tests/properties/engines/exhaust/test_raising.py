"""A function of a world that raises: the message has file, line and what it had read; a lack of memory is an end."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.reading import READ_MAX
from strandline.properties.engines.exhaust.world import (
    Action,
    Always,
    AlwaysTold,
    Component,
    Eventually,
    NoDeadlock,
    Outcome,
    Progress,
    Rank,
    Sometimes,
    SometimesTold,
    Symmetry,
    World,
    WorldError,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from strandline.properties.engines.exhaust.world import Law, Outcomes, Reading

PLACE = r"\(tests/properties/engines/exhaust/test_raising\.py:\d+\)"


def go(at: Reading) -> Outcomes:
    return Outcome({"x": at["x"] + 1}, told=("gone", at["x"])) if at["x"] < 2 else None


def fails(error: BaseException, at: Reading) -> Any:  # noqa: ANN401 - a step and a law
    """Look at one component, then at another, and raise."""
    if at["x"] == 1 and at["name"]:
        raise error
    return None if at["x"] == 2 else {"x": at["x"] + 1}


def fails_law(error: BaseException, at: Reading) -> bool:
    if at["x"] == 1 and at["name"]:
        raise error
    return True


def fails_when_told(error: BaseException, told: object) -> bool:
    if told == ("gone", 1):
        raise error
    return True


def fails_of(error: BaseException, value: int, *_moved: object) -> int:
    if value:
        raise error
    return value


def world(take: Callable[..., Any], *laws: Law, **more: Any) -> World:  # noqa: ANN401 - as World takes it
    parts = (Component("x", 0), Component("name", "Ann"), Component("unread", 5), Component("A", 0), Component("B", 0))
    return World("w", parts, (Action("go", ("x", "name", "unread"), ("x",), take),), laws, **more)


def tell(at: Reading) -> Outcomes:
    return Outcome({"x": at["x"] + 1}, told=(("gone", at["x"]),)) if at["x"] < 2 else None


def worlds(error: BaseException) -> dict[str, tuple[World, str]]:
    """Declare a world for each kind of function that may raise, with what is told of what it had read."""
    law, reads, read = partial(fails_law, error), ("x", "name"), "it had read x = 1, name = 'Ann'"
    told = partial(fails_when_told, error)
    return {
        "action 'go'": (world(partial(fails, error)), read),
        "law 'always'": (world(go, Always("always", reads, law)), read),
        "law 'sometimes'": (world(go, Sometimes("sometimes", reads, law)), read),
        "law 'goal'": (world(go, Eventually("goal", reads, law)), read),
        "law 'end'": (world(to_one, NoDeadlock("end", reads, law)), read),
        "law 'told'": (world(tell, AlwaysTold("told", told)), "it was handed ('gone', 1)"),
        "law 'told once'": (world(tell, SometimesTold("told once", told)), "it was handed ('gone', 1)"),
        "the progress of 'x'": (world(go, progress=Progress({"x": partial(fails_of, error)})), "it was handed 1"),
        "the renaming of 'x'": (
            world(go, symmetry=Symmetry((("A",), ("B",)), {"x": partial(fails_of, error)})),
            "it was handed 1",
        ),
    }


def to_one(at: Reading) -> Outcomes:
    return {"x": 1} if not at["x"] else None


@pytest.mark.parametrize("who", worlds(ValueError()))
@pytest.mark.parametrize("error", [KeyError("no such row"), SystemExit(0), GeneratorExit()], ids=repr)
def test_what_raises_is_told_with_its_place_and_what_it_had_read(who: str, error: BaseException) -> None:
    declared, read = worlds(error)[who]
    with pytest.raises(WorldError) as raised:
        search(declared)
    assert re.fullmatch(rf"{who} raised {type(error).__name__}.* {PLACE}; {re.escape(read)}", str(raised.value))


@pytest.mark.parametrize("who", worlds(MemoryError()))
def test_a_function_for_which_no_memory_is_left_ends_the_search_and_is_named(who: str) -> None:
    """It was called a function that does not do what was declared."""
    declared, read = worlds(MemoryError())[who]
    found = search(declared)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert re.fullmatch(rf"no memory was left in {who} {PLACE}; {re.escape(read)}", found.ended)


def at_once(error: BaseException, _at: Reading) -> Any:  # noqa: ANN401 - a step and a law
    raise error


ENDS = {KeyboardInterrupt: "interrupted", MemoryError: "no memory was left in "}


@pytest.mark.parametrize("error", ENDS)
@pytest.mark.parametrize(
    "declared",
    [
        lambda fails: world(fails, Always("fine", (), bool)),
        lambda fails: world(go, Always("fine", ("x",), fails)),
        lambda fails: world(go, Eventually("fine", ("x",), fails)),
    ],
    ids=["action", "always", "eventually"],
)
def test_an_end_in_the_very_first_call_is_one_like_any_other(
    declared: Callable[[Callable[..., Any]], World], error: type[BaseException]
) -> None:
    """Functions are called before the first state: Ctrl-C there came out of the search, and gave no evidence."""
    found = search(declared(partial(at_once, error())))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.ended.startswith(ENDS[error])
    assert found.findings[0].verdict is Verdict.INCONCLUSIVE
    assert found.findings[0].says == f"the search ended early: {found.ended}"
    assert (found.counts.states, found.counts.transitions, found.unfired) == (1, 0, ("go",))


HANGS = """
from threading import Event
from strandline.properties.engines.exhaust.world import *

def hangs(at):
    print("I hang", flush=True)
    Event().wait()

def fine(at): return True

world = World("w", (Component("n", 0),), (Action("go", ("n",), ("n",), hangs),), (Always("fine", ("n",), fine),))
"""

PATIENCE = 120
"""Seconds to wait for a child; it is only used up when something is wrong."""


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to consoles, not to processes")
def test_ctrl_c_in_the_very_first_call_leaves_evidence_like_any_other(tmp_path: Path) -> None:
    """It said that the search was interrupted after its end, and had not begun."""
    (tmp_path / "hanging.py").write_text(HANGS)
    child = subprocess.Popen(
        [sys.executable, "-c", "from strandline.properties.cli import main; main()", "exhaust", "hanging:world"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
        cwd=tmp_path,
    )
    try:
        assert child.stderr is not None
        assert child.stderr.readline() == "I hang\n"
        os.killpg(child.pid, signal.SIGINT)
        out, err = child.communicate(timeout=PATIENCE)
    finally:
        child.kill()
    assert child.returncode == 3, err
    assert "Traceback" not in err
    assert "ended early: interrupted; 1 state of the frontier left unexplored" in out
    claims = json.loads((tmp_path / ".strandline" / "exhaust.json").read_text())["claims"]
    assert (claims["verdict"], claims["ended"]) == ("inconclusive", "interrupted")
    assert claims["laws"][0]["says"] == "the search ended early: interrupted"


calls = count()


def fails_the_second_time(at: Reading) -> Outcomes:
    if next(calls) > 2:
        raise MemoryError
    return {"x": 1} if not at["x"] else None


def test_no_memory_for_an_answer_that_is_asked_for_again_is_an_end_too() -> None:
    found = search(world(fails_the_second_time, Always("fine", (), bool_of)))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.ended.startswith("no memory was left in action 'go'")


def bool_of(_at: Reading) -> bool:
    return True


def reads_much(at: Reading) -> Outcomes:
    raise ValueError(at["long"] and at["rank"])


def test_a_long_value_is_cut_and_a_rank_is_what_was_handed_out() -> None:
    parts = (Component("long", "x" * 1_000), Rank("rank", "order", 7))
    with pytest.raises(WorldError) as raised:
        search(World("w", parts, (Action("go", ("long", "rank"), (), reads_much),)))
    message = str(raised.value)
    assert message.endswith(" ..., rank = 1")
    assert len(message) < 200 + READ_MAX
