"""Claims about replay on a system that is not the memo: two clerks add to one counter."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final, NamedTuple, cast

import pytest

from strandline.model.terms import Step
from strandline.properties.core.law import Law
from strandline.properties.core.space import Space
from strandline.properties.core.system import MODEL, SHIPPED, System, Words, Worlds
from strandline.properties.core.verdict import Change, Frame, Trace, Verdict
from strandline.properties.engines.replay import committed, regression
from strandline.properties.engines.replay.export import pytest_module
from strandline.properties.engines.replay.replaying import Asked, take
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.engines.replay.shortest import shortest
from strandline.properties.evidence import replay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.properties.core.mutant import Mutant


class Counted(NamedTuple):
    """What is stored, how often somebody added, and what each clerk has read, -1 for nothing."""

    stored: int = 0
    added: int = 0
    read: tuple[int, int] = (-1, -1)


SAYS: Final = "What is stored is what was added, no less."
LAW: Final = Law("C1", "counts", "always", SAYS, "", lambda lost: not lost, None, (int,))


def stepped(subject: str, state: Counted, step: Step) -> tuple[Counted, tuple[int, ...]]:
    """Read or store; a forgetful clerk stores by what it read, whoever stored since. The event is how much is lost."""
    mine, theirs = state.read[step.actor or 0], state.read[1 - (step.actor or 0)]
    now = state.stored if step.name == "read" else -1
    read = (theirs, now) if step.actor else (now, theirs)
    if step.name == "read":
        return state._replace(read=read), ()
    after = Counted(1 + (mine if subject == "forgetful" else state.stored), state.added + 1, read)
    return after, (after.added - after.stored,)


@contextmanager
def opened(subject: str, world: str) -> Iterator[Space[Counted]]:
    assert subject in {MODEL, SHIPPED, "forgetful"}
    first = {"desk": Counted()}[world]
    yield Space(first, lambda _: (), lambda state, step: stepped(subject, state, step), lambda _: ())


def misfit(_world: str, step: Step, state: Counted) -> str | None:
    if step.name not in {"read", "store"}:
        return "no step has this name"
    return None if (state.read[step.actor or 0] < 0) == (step.name == "read") else "not now"


def frame(_world: str, step: Step, states: tuple[Counted, Counted], _events: tuple[int, ...]) -> Frame:
    before, after = states
    changes = (Change("stored", str(before.stored), str(after.stored)),) if before.stored != after.stored else ()
    return Frame(step.actor, step.name, changes)


SYSTEM: Final = System(
    name="desk",
    where=f"{__name__}:SYSTEM",
    laws=(LAW,),
    laws_of=lambda world: {"desk": (LAW,)}[world],
    worlds=Worlds(("desk",)),
    opened=opened,
    misfit=misfit,
    words=Words(
        legend="",
        seen=lambda state: state,
        first=lambda state: (("stored", str(state.stored)),),
        frame=frame,
        ending=lambda lost: (f"lost: {lost}",),
        actors=("Ann", "Bob"),
    ),
    mutants={"forgetful": cast("Mutant", SimpleNamespace(name="forgetful", says="stores what it read"))},
)

READ, STORE = ([Step(name, clerk) for clerk in (0, 1)] for name in ("read", "store"))
LOST: Final = Trace("forgetful", "desk", "C1", (READ[0], READ[1], STORE[0], STORE[1]))
LONG: Final = LOST._replace(steps=(READ[1], STORE[1], READ[0], STORE[0], *LOST.steps, READ[1], STORE[1]))


def test_a_trace_is_taken_again_and_told_in_the_words_of_the_system() -> None:
    exhibit = retrace(SYSTEM, LOST)
    assert (exhibit.broken, exhibit.at, exhibit.fits, exhibit.judged) == (True, 4, 4, 2)
    assert retrace(SYSTEM, LONG).at == 8
    assert retrace(SYSTEM, LOST._replace(steps=(READ[0], READ[0]))).why == "not now"


def test_it_is_made_small_by_leaving_out_what_is_not_needed() -> None:
    small = shortest(SYSTEM, LONG)
    assert small is not None
    assert sorted(small.steps) == sorted(LOST.steps)
    assert shortest(SYSTEM, LONG._replace(subject=SHIPPED)) is None


def test_a_trace_file_names_the_actors_of_the_system_and_no_others(tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    path.write_bytes(replay.encode(LOST, retrace(SYSTEM, LOST)))
    taken = take(SYSTEM, replay.read(str(path)), Asked("both"))
    assert taken.sides is not None
    assert (taken.sides.real.broken, taken.sides.model.broken, taken.sides.parted) == (True, False, 4)
    path.write_bytes(path.read_bytes().replace(b'"Bob"', b'"Eve"'))
    with pytest.raises(replay.BadTraceError, match="nobody is named 'Eve'; there are Ann, Bob"):
        take(SYSTEM, replay.read(str(path)), Asked())


def test_committed_traces_and_exported_tests_are_of_any_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    committed.FOLDER.mkdir(parents=True)
    (committed.FOLDER / "lost.json").write_bytes(replay.encode(LOST))
    for subject, verdict in ((SHIPPED, Verdict.HOLDS), ("forgetful", Verdict.VIOLATED)):
        (claim,) = committed.engine(SYSTEM).run(subject, lambda _line: None)
        assert (claim.law, claim.verdict) == ("C1", verdict)
    names: dict[str, object] = {}
    exec(pytest_module(SYSTEM, LOST), names)  # noqa: S102 - what was just written, to see whether it runs
    for name, arguments in (
        ("test_what_is_stored_is_what_was_added", ["impl"]),
        ("test_these_steps_catch_forgetful", []),
    ):
        test = names[name]
        assert callable(test)
        test(*arguments)
    with pytest.raises(ValueError, match="nobody is named 'r3'"):
        regression.again(SYSTEM, [regression.Step("read", "r3")], world="desk", law="C1", on="impl")
