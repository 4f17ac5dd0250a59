"""Claims about the audit: an atomic step that does more between two gates than it may is refused, by name.

Each variant here is one that no law could catch, because it does in one atomic step what needs a gate in between.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any, get_args
from unittest.mock import patch

import pytest

from strandline.impl.memo import effects, scan
from strandline.impl.memo.connection import Connection
from strandline.impl.memo.effects import Observed
from strandline.impl.memo.host import Lease
from strandline.impl.memo.store import Joined, MemoStore, Slot
from strandline.model.terms import Step
from strandline.properties.core.system import SHIPPED
from strandline.properties.engines.reference import STATES_MAX, search
from strandline.properties.engines.stateful.play import UNSHRUNK, play
from strandline.properties.harness.audit import ACCESSES, RULES, AuditError, is_allowed
from strandline.properties.systems.memo.driver import recorder
from strandline.properties.systems.memo.driver.lockstep import Lockstep
from strandline.properties.systems.memo.driver.shells import BlockingShell
from strandline.properties.systems.memo.driver.tasks import TrioShell
from strandline.properties.systems.memo.driver.templates import Templates
from strandline.properties.systems.memo.spaces import real_space
from strandline.properties.systems.memo.spec.laws import laws_of
from strandline.properties.systems.memo.spec.worlds import WORLDS
from strandline.properties.systems.memo.stateful.machine import ScannerMachine

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.impl.memo.effects import ReadLog

PERFORM = Lease.perform


def play_out(shell: type[BlockingShell | TrioShell] = BlockingShell) -> None:
    """Let one refresh of a log with a row run to its end, one of a window that ended, and a drop."""
    with Templates() as templates, closing(Lockstep("field", templates, Counter(), shell)) as harness:
        harness.take(Step("append", None, 0))
        for window in (0, 4):
            harness.take(Step("start", 0, window))
            harness.finish(0)
        harness.take(Step("drop"))


@pytest.mark.parametrize("shell", [BlockingShell, TrioShell])
def test_the_shipped_scanner_does_one_thing_between_two_gates(shell: type[BlockingShell | TrioShell]) -> None:
    play_out(shell)


def _checking_and_storing(self: Lease, effect: Any) -> Any:  # noqa: ANN401 - as the lease's
    """Check and store in one effect: a memo that was stored between the two would be stored over unseen."""
    found = PERFORM(self, effect)
    if isinstance(effect, effects.Check):
        store: Any = self._host.store
        store.swap(0, None, None)
    return found


def _reading_twice(self: Lease, effect: ReadLog) -> Observed | effects.Unchanged:
    """Read in two transactions: a commit between them gives an answer that never was (H04)."""
    connection = self._leased()
    version, observation, slot = self._host.store.observe(connection.begin)
    with connection.transaction() as log:
        log.verify()
    connection.begin()
    with connection.transaction() as log:
        rank = scan.Rank(slot.epoch, connection.place, observation, version)
        reading = scan.read(log, effect.base or slot.memo, effect.wanted, rank, self._host.limits.chunk)
    connection.seen = (version, observation)
    return Observed(reading, slot)


def _numbering_first(self: MemoStore, fix: Callable[[], Any]) -> Any:  # noqa: ANN401 - as the store's
    """Take the number outside of the lock that fixes the snapshot (H08)."""
    self._observations += 1
    number = self._observations
    with self._lock:
        return fix(), number, self._slot


def _looking_late(self: MemoStore, fix: Callable[[], Any]) -> Any:  # noqa: ANN401 - as the store's
    with self._lock:
        fixed = fix()
        self._observations += 1
    return fixed, self._observations, self._slot


def _fixing_late(self: Lease, effect: ReadLog) -> Observed:
    """Only say BEGIN under the lock: SQLite fixes the snapshot at the first read, which comes after it."""
    connection = self._leased()
    database: Any = vars(connection)["_database"]
    _, observation, slot = self._host.store.observe(lambda: database.execute("BEGIN"))
    with connection.transaction() as log:
        rank = scan.Rank(slot.epoch, connection.place, observation, 1)
        return Observed(scan.read(log, slot.memo, effect.wanted, rank, self._host.limits.chunk), slot)


def _swapping_unlocked(self: MemoStore, version: int, memo: Any, joined: Joined) -> Slot | None:  # noqa: ANN401 - a memo
    if self._slot.version != version:
        return self._slot
    self._slot = Slot(version + 1, self._slot.epoch, memo, joined)
    return None


def _looking_while_checking(self: Lease, effect: Any) -> Any:  # noqa: ANN401 - as the lease's
    if isinstance(effect, effects.Check):
        self._host.store.slot  # noqa: B018 - to look is the fault
    return PERFORM(self, effect)


def _never_ending(self: Connection) -> None:
    """Leave the transaction open across the gate."""


def _reading_outside(self: Lease, effect: Any) -> Any:  # noqa: ANN401 - as the lease's
    found = PERFORM(self, effect)
    if isinstance(effect, effects.Connect):
        database = vars(self._leased())["_database"]
        database.execute("SELECT 1").fetchone()
    return found


VARIANTS: dict[str, tuple[Any, str, Any, str]] = {
    "check and store in one": (
        Lease,
        "perform",
        _checking_and_storing,
        "Check .* touched stat, lock, look, put, unlock",
    ),
    "look before check": (Lease, "perform", _looking_while_checking, "Check .* touched lock, look, unlock, stat"),
    "two transactions": (Lease, "_read", _reading_twice, "ReadLog .* statement, end, begin, statement, end"),
    "number before the lock": (MemoStore, "observe", _numbering_first, "ReadLog .* touched number, lock, begin"),
    "slot after the lock": (MemoStore, "observe", _looking_late, "ReadLog .* number, unlock, number, look"),
    "snapshot after the lock": (Lease, "_read", _fixing_late, "ReadLog .* touched lock, begin, number"),
    "swap without the lock": (MemoStore, "swap", _swapping_unlocked, "Swap .* touched look, put$"),
    "transaction left open": (
        Connection,
        "end",
        _never_ending,
        "Connect .* touched connect, begin, statement, opened$",
    ),
    "statement outside of a transaction": (Lease, "perform", _reading_outside, "Connect .* loose statement$"),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_scanner_that_does_two_things_between_two_gates_is_refused_by_name(name: str) -> None:
    where, attribute, by, says = VARIANTS[name]
    with patch.object(where, attribute, by), pytest.raises(AuditError, match=rf"^audit: {says}"):
        play_out()


@pytest.mark.parametrize("shell", [BlockingShell, TrioShell])
def test_a_fault_in_a_worker_thread_is_told_by_the_stage(shell: type[BlockingShell | TrioShell]) -> None:
    with patch.object(Lease, "_read", _reading_twice), pytest.raises(AuditError, match=r"^audit: ReadLog"):
        play_out(shell)


def test_the_machine_refuses_a_merged_step() -> None:
    with patch.object(Lease, "_read", _reading_twice), pytest.raises(AuditError, match=r"^audit: ReadLog"):
        play(ScannerMachine.on, SHIPPED, UNSHRUNK)


@pytest.mark.parametrize("name", ["two transactions", "number before the lock", "swap without the lock"])
def test_the_search_of_the_real_code_refuses_a_merged_step(name: str) -> None:
    where, attribute, by, says = VARIANTS[name]
    scope = WORLDS["prune"]
    with (
        patch.object(where, attribute, by),
        real_space(scope, audited=True) as space,
        pytest.raises(AuditError, match=rf"^audit: {says}"),
    ):
        search(space, laws_of(scope), STATES_MAX)


def test_a_search_that_judges_a_mutant_leaves_it_to_the_laws() -> None:
    """A mutant may well touch what it may not: the law that it breaks is what shows it."""
    with patch.object(MemoStore, "swap", _swapping_unlocked), real_space(WORLDS["three"]) as space:
        state = space.first
        for name in ("start", "locate", "connect", "read", "check", "store"):
            state, _ = space.step(state, Step(name, 0))
        assert state.slot.memo is not None


def test_an_audit_error_names_the_step_what_it_touched_in_order_and_the_rule() -> None:
    error = AuditError("Check", ("lock", "look"))
    assert str(error) == "audit: Check may touch stat; it touched lock, look"
    assert (error.step, error.accesses) == ("Check", ("lock", "look"))
    assert str(AuditError("Check", ())).endswith("it touched nothing")


def test_every_effect_that_the_world_has_a_gate_for_has_a_rule() -> None:
    gated = {effect.__name__ for effect in get_args(effects.Effect)} - {"ReadDate", "Pause"}
    assert gated == set(RULES) - {"release", "drop", "core step", "model step"}


def test_every_rule_speaks_of_accesses_that_are_recorded_and_each_of_these_is_recorded() -> None:
    ruled = {word for rule in RULES.values() for word in re.findall(r"[a-z]+", rule.accesses)}
    assert ruled | {"loose statement"} == set(ACCESSES)
    noted = {node.value for node in ast.walk(ast.parse(inspect.getsource(recorder))) if isinstance(node, ast.Constant)}
    assert set(ACCESSES) <= noted


@pytest.mark.parametrize(
    ("step", "accesses"),
    [
        ("Check", "stat stat"),
        ("Locate", "stat pin"),
        ("Locate", "stat take pin pin"),
        ("ReadLog", "lock begin statement number unlock look statement end"),
        ("ReadLog", "lock begin statement number look unlock statement"),
        ("ReadOnce", "lock begin statement number look unlock end begin statement end"),
        ("Swap", "lock look unlock lock put unlock"),
        ("Swap", "lock look put put unlock"),
        ("core step", "os.stat"),
    ],
)
def test_a_rule_allows_no_more_than_it_says(step: str, accesses: str) -> None:
    assert not is_allowed(step, tuple(accesses.split()))
