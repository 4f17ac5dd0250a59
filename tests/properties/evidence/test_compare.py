"""What became weaker between two documents shows, whatever else became stronger."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.evidence.compare import compare, exit_code
from strandline.properties.evidence.document import Claims
from tests.properties.evidence.evidences import MUTANTS, holding, plain, violated, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from strandline.properties.evidence.compare import Moved


def claims() -> Any:  # noqa: ANN401 - any JSON
    """Give the claims of a run as plain data, mutants among them."""
    found = plain(holding())["claims"]
    found |= {"mutants": plain(MUTANTS), "full": True}
    return found


def after(change: Callable[[Any], object]) -> tuple[Moved, ...]:
    """Compare a run with what a change makes of it."""
    new = claims()
    change(new)
    return compare(msgspec.convert(claims(), Claims), msgspec.convert(new, Claims))


def test_a_run_is_neither_weaker_nor_stronger_than_itself() -> None:
    assert after(lambda _: None) == ()
    assert exit_code(()) == 0


WEAKER = [
    ("a law is gone", lambda d: d["laws"].pop(0), "law M1", "gone"),
    ("a law is violated", lambda d: d["laws"][0].update(verdict="violated"), "M1", "violated"),
    ("a law has no cover", lambda d: d["laws"][0].update(sometimes=None), "M1 must sometimes see", "nothing"),
    ("an engine says nothing", lambda d: d["laws"][0]["claims"].pop(0), "M1 by exhaust impl", "gone"),
    (
        "a search became a sample",
        lambda d: d["laws"][0]["claims"][0].update(kind="sampled"),
        "M1 by exhaust impl: kind of claim",
        "sampled",
    ),
    (
        "a number that bounds a world is smaller",
        lambda d: d["laws"][0]["claims"][0]["bounds"].update(refreshers="1"),
        "M1 by exhaust impl: refreshers",
        "1",
    ),
    (
        "a world is gone",
        lambda d: d["laws"][0]["claims"][0]["bounds"].update(worlds="gone"),
        "M1 by exhaust impl: worlds: races",
        "gone",
    ),
    (
        "a budget is smaller",
        lambda d: d["laws"][0]["claims"][1]["bounds"].update(cases="30"),
        "M1 by fuzz: cases",
        "30",
    ),
    (
        "a count is smaller",
        lambda d: d["laws"][0]["claims"][0]["counts"].update(states=1199),
        "M1 by exhaust impl: states",
        "1,199",
    ),
    (
        "a cover is seen less often",
        lambda d: d["laws"][0]["claims"][0].update(reached=0),
        "M1 by exhaust impl: times the cover was seen",
        "0",
    ),
    ("not everything was searched", lambda d: d.update(full=False), "everything was searched", "no"),
    ("an engine was skipped", lambda d: d["engines"][2].update(state="skipped"), "engine fuzz", "skipped"),
    ("an engine is gone", lambda d: d["engines"].pop(), "engine fuzz", "gone"),
    ("a rule never fires", lambda d: d["machines"][0]["rules"].update(drop=0), "rule drop of fuzz fires", "no"),
    (
        "a machine sees a cover no more",
        lambda d: d["machines"][0]["sometimes"].update(M1=0),
        "fuzz sees the cover of M1",
        "no",
    ),
    ("a mutant is gone", lambda d: d["mutants"].pop(0), "mutant torn", "gone"),
    (
        "a mutant got away",
        lambda d: d["mutants"][0]["bites"][0].update(caught=False),
        "mutant torn is caught by search",
        "no",
    ),
    ("a pass shows less", lambda d: d["does_not_show"].append("the sea"), "a pass does not show", "the sea"),
]


@pytest.mark.parametrize(("change", "what", "now"), [one[1:] for one in WEAKER], ids=[one[0] for one in WEAKER])
def test_what_is_weaker_is_named_and_the_other_way_round_it_is_stronger(
    change: Callable[[Any], object], what: str, now: str
) -> None:
    found = after(change)
    assert [(one.way, one.what, one.after) for one in found] == [("weaker", what, now)]
    assert exit_code(found) == 1
    new = claims()
    change(new)
    back = compare(msgspec.convert(new, Claims), msgspec.convert(claims(), Claims))
    assert {one.way for one in back} <= {"stronger", "changed"}
    assert back


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda d: d["laws"][0].update(statement="An answer is something."), "M1 says"),
        (
            lambda d: d["judges"].update({"strandline.properties.systems": "0" * 64}),
            "strandline.properties.systems says",
        ),
        (lambda d: d["laws"][0]["claims"][0]["bounds"].update(worlds="vast"), "M1 by exhaust impl: worlds"),
        (lambda d: d["laws"][0]["claims"][0]["bounds"].update(refreshers="9" * 5000), "M1 by exhaust impl: refreshers"),
        (lambda d: d["mutants"][0].update(engine="fuzz"), "mutant torn must be caught by"),
        (lambda d: d["mutants"][0]["bites"][0].update(law="M2"), "mutant torn, caught by search, breaks"),
    ],
)
def test_what_no_document_can_weigh_is_no_pass_either(change: Callable[[Any], object], what: str) -> None:
    found = after(change)
    assert [one.way for one in found] == ["changed"]
    assert found[0].what.startswith(what)
    assert exit_code(found) == 3


def test_that_much_became_stronger_makes_up_for_nothing() -> None:
    def change(new: Any) -> None:  # noqa: ANN401 - any JSON
        for law in new["laws"]:
            for claim in law["claims"]:
                claim["counts"] = {name: count * 2 for name, count in claim["counts"].items()}
        new["engines"][2]["state"] = "interrupted"

    found = after(change)
    assert [one.what for one in found if one.way == "weaker"] == ["engine fuzz"]
    assert found[0].way == "weaker"
    assert exit_code(found) == 1


def compared(tmp_path: Path, old: object, new: object, *options: str) -> Result:
    paths = [written(tmp_path / "old.json", old), written(tmp_path / "new.json", new)]
    return CliRunner().invoke(main, ["report", "--compare", *map(str, paths), *options])


def test_the_command_says_what_is_weaker_first_and_sums_up(tmp_path: Path) -> None:
    new = plain(holding())
    new["claims"]["laws"][0]["claims"][0]["counts"].update(states=12, transitions=99_999)
    result = compared(tmp_path, holding(), new)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "weaker    M1 by exhaust impl: states: 1,200 -> 12",
        "stronger  M1 by exhaust impl: transitions: 3,400 -> 99,999",
        "1 weaker, 0 changed, 1 stronger",
    ]
    found = json.loads(compared(tmp_path, holding(), new, "--format", "json").stdout)
    assert [one["way"] for one in found] == ["weaker", "stronger"]
    same = compared(tmp_path, holding(), holding())
    assert (same.exit_code, same.stdout) == (0, "The two say the same.\n")


def test_documents_of_two_subjects_are_not_compared(tmp_path: Path) -> None:
    result = compared(tmp_path, holding(), violated())
    assert result.exit_code == 2
    assert "'shipped'" in result.stderr
    assert "'no second look'" in result.stderr
