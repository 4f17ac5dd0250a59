"""The faults of the world, each struck for real: an answer is exact, or there is a reason for none."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from strandline.properties.core.verdict import Verdict
from strandline.properties.systems.memo.faults import injectors, programs
from strandline.properties.systems.memo.faults.bench import Bench, folder
from strandline.properties.systems.memo.faults.calls import closed_under_a_lock
from strandline.properties.systems.memo.faults.fault import EXACT, Fault, Seen, judged
from strandline.properties.systems.memo.faults.injectors import INJECTORS, SAYS, missing
from strandline.properties.systems.memo.faults.matrix import FAULTS, chosen, known, strike, verdict
from strandline.properties.systems.memo.faults.storm import JOURNALS, storm
from strandline.properties.systems.memo.faults.vfs import Trigger

EVIDENCE: Final = (
    "import json, os, sys; os.makedirs('evidence', exist_ok=True); "
    "open('evidence/evidence.json', 'w').write(json.dumps({'claims': {'verdict': 'holds'}}))"
)
DROPS: Final = (
    "from strandline.impl.threads.product import codex; whole = codex.whole_lines; "
    "codex.whole_lines = lambda *a: (line for line in whole(*a) if len(line) < 1_000_000)"
)
UNCHECKED: Final = """
class Same(bytes):
    __ne__ = lambda self, other: False
    __add__ = lambda self, other: Same(bytes(self) + other)
shelf.digest = lambda *_: Same(bytes(shelf.DIGEST))
"""
TRUSTS: Final = "from strandline.impl.threads import database; database.at_rest = lambda patch: database.EMPTY"

SLOW: Final = {"F-L11", "F-L13", "F-M2", "F-S5", "F-S11"}
"""Faults that take seconds: many files, many calls, or many processes."""

NIGHT: Final = {"F-M1", "F-M4", "F-P3", "F-P4", "F-R1", "F-R2", "F-R3", "F-R6", "F-R8"}
"""Faults that take more of them, and whose kind other tests strike each day."""

STORM: Final = 4.0
"""Seconds of a storm; it is for hours elsewhere."""


def _marks(fault: Fault) -> list[pytest.MarkDecorator]:
    return [pytest.mark.search] * (fault.id in SLOW | NIGHT) + [pytest.mark.night] * (fault.id in NIGHT)


@pytest.mark.parametrize(
    "fault",
    [pytest.param(fault, id=fault.title, marks=_marks(fault)) for fault in FAULTS],
)
def test_the_scanner_is_exact_or_says_why_under(fault: Fault) -> None:
    result = strike(fault)
    if result.verdict == "skipped":
        pytest.skip(result.why[0])
    assert (result.verdict, result.why) == ("right", ())


@pytest.mark.parametrize(
    ("mutant", "title"),
    [
        ("empty on error", "F-S3 a text"),
        ("drop on error", "F-L1 an exclusive lock"),
        ("cursor only", "F-I1 deleted and created again"),
        ("unread", "F-S13 ids at both ends"),
        ("always scans", "F-I8 VACUUM"),
    ],
)
def test_a_known_bad_scanner_is_convicted(mutant: str, title: str) -> None:
    (fault,) = chosen([title])
    assert strike(fault, mutant=mutant).verdict == "wrong"


@pytest.mark.parametrize(
    ("title", "planted", "why"),
    [
        ("F-X1 documents of strangers", "import sys; sys.exit(0)", "done, 8 times"),
        ("F-X1 documents of strangers", "raise ValueError(1)", "report: ValueError: 1"),
        ("F-P1 subjects that die, flood and leave others behind", f"{EVIDENCE}; sys.exit(4)", "holds, 2 times"),
        ("F-R4 two writers", f"import fcntl; fcntl.flock = lambda *_: None; {programs.MAIN}", "it was written to"),
        ("F-R5 lines of somebody else's", f"{DROPS}; {programs.MAIN}", "7 lines came in, not 8"),
        ("F-R7 a rollout shorter than its row, or another", f"{TRUSTS}; {programs.MAIN}", "something is left to mend"),
    ],
)
def test_a_known_bad_command_is_convicted(title: str, planted: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "MAIN", planted)
    (fault,) = chosen([title])
    result = strike(fault)
    assert result.verdict == "wrong"
    assert why in " ".join(result.why)


@pytest.mark.parametrize(
    ("title", "planted", "why"),
    [
        ("F-M7 a damaged memo", UNCHECKED, "it says"),
        ("F-M10 something else at the memo's path", "shelf.unsafe = lambda *_: None", "what lay there was changed"),
    ],
)
def test_a_known_bad_keeping_of_memos_is_convicted(
    title: str, planted: str, why: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(f"from strandline.impl.memo import shelf\n{planted}\n")
    monkeypatch.syspath_prepend(tmp_path)
    (fault,) = chosen([title])
    result = strike(fault)
    assert result.verdict == "wrong", result
    assert why in " ".join(result.why)


def test_a_process_that_dies_is_wrong_and_says_how() -> None:
    with folder() as place:
        bench = Bench(place)
        with bench.subject() as process:
            process.do("no such request")
        (why,) = bench.seen.wrong
    assert "ended with 1" in why
    assert "AttributeError" in why


FAULT: Final = Fault("F-X0", "made up", "data", lambda _: None, (EXACT, "busy"), ("busy",))


@pytest.mark.parametrize(
    ("outcomes", "wrong", "expected"),
    [
        ({"busy": 1}, [], "right"),
        ({"busy": 1, EXACT: 1}, [], "right"),
        ({EXACT: 9}, [], "broken"),
        ({}, [], "broken"),
        ({"busy": 1, "io": 1}, [], "wrong"),
        ({"busy": 1}, ["the memo moved"], "wrong"),
        ({EXACT: 1}, ["the memo moved"], "wrong"),
    ],
)
def test_what_is_not_right_is_wrong_and_what_never_struck_is_broken(
    outcomes: dict[str, int], wrong: list[str], expected: str
) -> None:
    seen = Seen(wrong=wrong)
    seen.outcomes.update(outcomes)
    assert judged(FAULT, seen, 0.0).verdict == expected


def test_a_harness_that_fails_is_broken_and_not_the_scanner() -> None:
    def fail(_: Bench) -> None:
        raise RuntimeError("the injector let nothing fail")

    result = strike(FAULT._replace(run=fail))
    assert (result.verdict, result.why) == ("broken", ("RuntimeError: the injector let nothing fail",))


def test_a_fault_whose_injector_is_missing_is_skipped_by_name_and_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(injectors.INJECTORS, "hammer", lambda: "there is no hammer")
    result = strike(FAULT._replace(injector="hammer"))
    assert (result.verdict, result.why) == ("skipped", ("no hammer: there is no hammer",))
    assert verdict(result) is Verdict.INCONCLUSIVE


def test_every_injector_is_explained_and_says_why_it_is_missing() -> None:
    assert set(INJECTORS) == set(SAYS)
    assert {fault.injector for fault in FAULTS} <= set(INJECTORS)
    assert all(missing(name) is None or "\n" not in str(missing(name)) for name in INJECTORS)


def test_faults_have_names_of_their_own_and_are_found_by_id_title_and_injector() -> None:
    assert len({fault.title for fault in FAULTS}) == len(FAULTS)
    for name in (*known(), FAULTS[0].title):
        assert chosen([name])
    assert chosen([]) == FAULTS


def test_a_trigger_fails_the_nth_call_of_its_kind_once_or_ever_after() -> None:
    trigger = Trigger()
    for ever, expected in ((False, [0, 7, 0]), (True, [0, 7, 7])):
        trigger.arm("xRead", 2, 7, ever=ever)
        assert trigger.strikes("xLock") == 0
        assert [trigger.strikes("xRead") for _ in range(3)] == expected
        assert trigger.struck == sum(map(bool, expected))


LOCK: Final = "7 fcntl(4</l>, F_SETLK, {{l_type=F_{}, l_whence=SEEK_SET, l_start={}, l_len={}}}) = {}\n"
LOCKED: Final = LOCK.format("RDLCK", 1073741826, 510, 0)
CLOSED: Final = "7 close(5</l>) = 0\n"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        pytest.param([LOCKED, CLOSED], 1, id="under a lock"),
        pytest.param([CLOSED], 0, id="without one"),
        pytest.param([LOCKED, LOCK.format("UNLCK", 0, 0, 0), CLOSED], 0, id="after it"),
        pytest.param([LOCKED, LOCK.format("UNLCK", 1073741824, 1, 0), CLOSED], 1, id="after another one"),
        pytest.param([LOCK.format("RDLCK", 1073741826, 510, "-1 EAGAIN (Later)"), CLOSED], 0, id="that was not had"),
        pytest.param(['7 openat(AT_FDCWD</>, "/l", O_PATH) = 5</l>\n', LOCKED, CLOSED], 0, id="a pin"),
        pytest.param([LOCKED, "7 close(5</other>) = 0\n"], 0, id="another file"),
        pytest.param([LOCKED, "7 close(5</l> (deleted)) = 0\n"], 1, id="deleted"),
    ],
)
def test_a_close_under_a_lock_is_found_in_a_trace(lines: list[str], found: int) -> None:
    assert len(closed_under_a_lock(iter(lines), Path("/l"))) == found


@pytest.mark.search
@pytest.mark.parametrize("journal", JOURNALS)
def test_turns_is_exact_or_says_why_in_a_storm(journal: str) -> None:
    if missing("limit") is not None:
        pytest.skip(str(missing("limit")))
    (mode,) = (one for one in JOURNALS if one == journal)
    seen = storm(STORM, seed=1, journal=mode)
    assert seen.wrong == ()
    assert seen.outcomes[EXACT] > 0
