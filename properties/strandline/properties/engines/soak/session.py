"""The hooks of a soak in pytest: one process deals the shifts out and reports, others play them and keep journals.

Under xdist the dealer is the controller, and a player lives in each worker. Without xdist both live in one process.
"""

from __future__ import annotations

import _thread
import os
import secrets
import signal
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from strandline.properties.core.line import Line, shown
from strandline.properties.core.named import LoadError
from strandline.properties.core.nearest import meant
from strandline.properties.core.system import SHIPPED, System, system_of
from strandline.properties.engines.soak.journal import Journal, Lost, Over, Planned
from strandline.properties.engines.soak.lines import finding, lines
from strandline.properties.engines.soak.plan import Plan
from strandline.properties.engines.soak.plugin import SEED_MAX
from strandline.properties.engines.soak.report import REPORT, report
from strandline.properties.engines.soak.slices import Player
from strandline.properties.engines.soak.totals import Totals
from strandline.properties.engines.stateful.derived import machines_of
from strandline.properties.evidence.evidence import encode
from strandline.properties.evidence.folder import UnwrittenError, write
from strandline.properties.evidence.runs import begin, finish
from strandline.properties.harness.interruption import INTERRUPTED, heard
from strandline.properties.harness.processes import SAFE_PATH, hear_nothing

HANDED: Final = "strandline soak"
"""Under this name the dealer hands the orders to a worker."""

DEALT_MAX: Final = 3
"""How often a shift is dealt out: one that has ended this many workers is left alone, and told."""

HELD: Final = 10.0
"""Seconds in which a soak ends by itself after its holder is gone."""

TRACES: Final = "traces"
STOP: Final = "stop"
"""Names in the folder of a soak. The file ``stop`` says that it is over before its time, so that no case begins."""


class Orders(msgspec.Struct, frozen=True):
    """What a worker has to know.

    ``system`` is where the system is found. ``deadline`` is on the monotonic clock, which the processes of a machine
    share.
    """

    plan: Plan
    system: str
    folder: str
    deadline: float | None


class FoundError(Exception):
    """A shift has found something; the lines say what."""


class Shift(pytest.Item):
    """One item: slices, one after another, until its time or the soak's is up."""

    def __init__(self, *, players: Players, number: int, **rest: Any) -> None:  # noqa: ANN401 - pytest's own
        """Make the item of a shift."""
        super().__init__(**rest)
        self._players = players
        self._number = number

    def runtest(self) -> None:
        """Play the shift."""
        self._players.play(self._number)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401 - pytest's own
        """Say what was found, or show the traceback of whatever else went wrong."""
        if isinstance(excinfo.value, FoundError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Name the item."""
        return self.path, None, self.name


class Players:
    """Plays shifts in this process. Its journal is opened with the first one."""

    def __init__(self, orders: Orders, worker: str) -> None:
        """Take orders."""
        self._plan = orders.plan
        self._system = orders.system
        self._folder = Path(orders.folder)
        self._deadline = orders.deadline
        self._worker = worker
        self._journal: Journal | None = None

    def pytest_collection(self, session: pytest.Session) -> bool:
        """Collect the shifts, and nothing else."""
        shifts = range(self._plan.shifts)
        session.items = [
            Shift.from_parent(session, name=f"shift {number}", players=self, number=number) for number in shifts
        ]
        session.testscollected = len(session.items)
        session.config.hook.pytest_collection_finish(session=session)
        return True

    def play(self, shift: int) -> None:
        """Play a shift.

        Raises:
            FoundError: a law is broken, or the judge failed.
        """
        ends = time.monotonic() + self._plan.shift_seconds
        played = False
        for one in self._plan.slices(shift):
            if self._is_over() or (played and time.monotonic() >= ends):
                break
            found = self._player().play(one, self._is_over)
            played = True
            if found is not None:
                (self._folder / STOP).touch()
                raise FoundError("\n".join(map(shown, finding(found, self._plan))))
        if not played:
            pytest.skip("the soak was over before this shift began")

    def pytest_unconfigure(self) -> None:
        """Close the journal."""
        if self._journal is not None:
            self._journal.close()

    def _is_over(self) -> bool:
        return (self._deadline is not None and time.monotonic() >= self._deadline) or (self._folder / STOP).exists()

    def _player(self) -> Player:
        if self._journal is None:
            self._journal = Journal(self._folder, self._worker, os.getpid())
        return Player(system_of(self._system), self._plan.subject, self._journal, self._folder / TRACES)


class Dealer:
    """Deals the shifts out, replaces what dies, and reports from the journals when all is over."""

    def __init__(self, plan: Plan, system: System, folder: Path) -> None:
        """Open the journal of the plan of a soak of this system in a new folder.

        Raises:
            OSError: the folder cannot be made, or holds a soak already.
        """
        self._plan = plan
        self._system = system
        self._began = time.monotonic()
        self._lines: list[Line] = []
        self._dealt: Counter[str] = Counter()
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder.resolve()
        self._journal = Journal(self._folder, "plan", 0)
        self._journal.write(Planned(plan, datetime.now(UTC).isoformat(timespec="seconds")))

    @property
    def orders(self) -> Orders:
        """What each player has to know."""
        seconds = self._plan.seconds
        return Orders(
            self._plan, self._system.where, str(self._folder), None if seconds is None else self._began + seconds
        )

    def pytest_report_header(self) -> str:
        """Say what is soaked, and where it is written down."""
        return shown(f"soak: {self._plan.subject}, seed {self._plan.seed}, journals in {self._folder}")

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401 - a class of xdist's, which may be missing
        """Hand a worker its orders."""
        node.workerinput[HANDED] = msgspec.json.encode(self.orders).decode()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object | None) -> None:  # noqa: ANN401 - as above
        """Write down that a worker is dead; xdist replaces it."""
        if error:
            self._journal.write(Lost(node.gateway.id))

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport, sched: Any) -> None:  # noqa: ANN401 - as above
        """Deal the shift of a dead worker out again: that somebody killed it says nothing of the scanner."""
        self._dealt[crashitem] += 1
        report.outcome = "lost"  # type: ignore[assignment] # any word but "failed" lets the others go on
        if self._dealt[crashitem] < DEALT_MAX:
            sched.mark_test_pending(crashitem)

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Show a worker that died as what it is."""
        return ("lost", "L", "LOST") if str(report.outcome) == "lost" else None

    def pytest_keyboard_interrupt(self) -> None:
        """Let each worker stop after its case, before xdist interrupts it in the midst of one."""
        (self._folder / STOP).touch()

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Add the journals up, write the report, and give its exit code in place of pytest's."""
        totals = Totals(self._folder)
        totals.read()
        found = bool(totals.broke or totals.failed)
        status = session.exitstatus
        ended: Any = "done" if status in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED} or found else "failed"
        if status == pytest.ExitCode.INTERRUPTED and not found:
            ended = "interrupted"
        with self._journal as journal:
            journal.write(Over(round(time.monotonic() - self._began, 3), ended))
        totals.read()
        told = report(totals, self._system)
        self._lines = [*lines(told), f"report: {self._folder / REPORT}"]
        session.exitstatus = told.exit_code
        try:
            write(self._folder / REPORT, encode(told))
            finish(self._folder)
        except UnwrittenError as error:
            self._lines.append(str(error))
            session.exitstatus = told.exit_code or 4

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the report."""
        terminalreporter.section("soak")
        for line in self._lines:
            terminalreporter.write_line(shown(line, colors=terminalreporter.hasmarkup))


def take_over(config: pytest.Config, built_in: str) -> None:
    """Put a soak in place of the tests.

    Args:
        config: pytest's.
        built_in: where the system is that is played unless the options name another.

    Raises:
        pytest.UsageError: what was asked for cannot be done; one line says why.
    """
    handed = getattr(config, "workerinput", {}).get(HANDED)
    if handed is not None:
        hear_nothing()  # whoever deals the shifts out does, and tells of the end by a file
        os.environ.pop(SAFE_PATH, None)  # it was for the start of this process, and not for what a system starts
        worker = os.environ.get("PYTEST_XDIST_WORKER", "worker")
        config.pluginmanager.register(Players(msgspec.json.decode(handed, type=Orders), worker))
        return
    hearing = ExitStack()
    hearing.enter_context(heard())
    config.add_cleanup(hearing.close)
    if config.getoption("soak_held"):
        threading.Thread(target=_held, name="held", daemon=True).start()
    system = _system(config, built_in)
    plan = planned(config, system)
    config.option.maxfail = 1  # one violation is shown; the others would only take time
    if config.getoption("dist", "no") != "no":
        config.option.dist = "load"
    out = config.getoption("soak_out")
    try:
        dealer = Dealer(plan, system, Path(out) if out else begin("soak"))
    except FileExistsError as error:
        raise pytest.UsageError(f"--soak-out: {out} holds a soak already, or is no folder: name a new one") from error
    except UnwrittenError as error:
        raise pytest.UsageError(str(error)) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise pytest.UsageError(f"--soak-out: {out} cannot be made: {reason.lower()}") from error
    config.pluginmanager.register(dealer)
    if config.getoption("dist", "no") == "no":
        config.pluginmanager.register(Players(dealer.orders, "main"))


def _held() -> None:
    """End as by Ctrl-C when standard input ends, whose other end a process holds that wants to know how this ends.

    This process leads a session of its own, so that by force it can end everything in it.
    """
    while os.read(0, 1):
        pass
    _thread.interrupt_main()
    threading.Event().wait(HELD)
    if sys.platform != "win32":
        os.killpg(0, signal.SIGKILL)
    os._exit(INTERRUPTED)


def _system(config: pytest.Config, built_in: str) -> System:
    try:
        return system_of(config.getoption("soak_system") or built_in)
    except LoadError as error:
        raise pytest.UsageError(f"--soak-system: {error}") from error


def planned(config: pytest.Config, system: System) -> Plan:
    """Make the plan that the options ask for.

    Raises:
        pytest.UsageError: there is no such mutant, the system cannot be played, or a slice has no seed.
    """
    subject, seed, only = (config.getoption(f"soak_{name}") for name in ("mutant", "seed", "slice"))
    subject = SHIPPED if subject is None else subject
    if subject not in {SHIPPED, *system.mutants}:
        near = meant(subject, system.mutants)
        raise pytest.UsageError(
            f"--soak-mutant: there is no mutant named {subject!r}{near}; there are {', '.join(system.mutants)}"
        )
    if only is not None and seed is None:
        raise pytest.UsageError("--soak-slice needs --soak-seed: a slice has its number within a soak")
    try:
        machines = tuple(machines_of(system))
    except ValueError as error:
        raise pytest.UsageError(f"--soak-system: {error}") from error
    return Plan(
        subject=subject,
        machines=machines,
        seed=secrets.randbelow(SEED_MAX) if seed is None else seed,
        workers=config.getoption("numprocesses", None) or len(config.getoption("tx", None) or ()) or 1,
        steps=config.getoption("soak_steps"),
        seconds=config.getoption("soak"),
        cases=config.getoption("soak_cases"),
        only=only,
        system=config.getoption("soak_system") or "",
    )
