"""CrossHair, asked one condition after the other and judged by its words.

Its exit code tells a counterexample from none, and "none" is 0 for a contract that it confirmed, for one that it gave
up on, and for a target that has no contract at all; a crash exits with 1, as a counterexample does.
"""

from __future__ import annotations

import json
import os
import queue
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Event, Lock, Timer
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.contracts import child

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.engines.contracts.condition import Condition

BUDGET: Final = 15.0
"""Seconds of processor time for one condition; CrossHair gives up when they have passed.

Without a stated budget it gives up after five paths in a row that taught it nothing, which
is too soon for a law over three memos.
"""

REFUTING: Final = 5.0
"""Seconds of processor time to refute a wrong text in: an example is found at once, but more of them are looked for."""

WAIT: Final = 120.0
"""Seconds of wall time after which the program is killed; only a busy machine needs that many."""

WORKERS_MAX: Final = 2
"""How many conditions are asked side by side; each asker costs a second to start."""

WORDS_MAX: Final = 600
"""How many characters of the program's words an outcome quotes at most."""

_ROOT: Final = Path(__file__).parents[4]
_LINE: Final = re.compile(
    r".+:\d+: (?P<level>info|error): (?P<words>(?s:.+))"
)  # an exception's words may be several lines
_SAME: Final = re.compile(r"No differences found\. \(attempted (?P<tries>\d+) iterations\)")


class Outcome(NamedTuple):
    """How a condition came out, and the words of the program that say so; none if it holds."""

    verdict: Verdict
    words: str


class Proof(NamedTuple):
    """A condition, how it came out, and the seconds of processor time that it took."""

    condition: Condition
    outcome: Outcome
    seconds: float


def prove(asked: tuple[Condition, ...], budget: float = BUDGET) -> Iterator[Proof]:
    """Ask CrossHair about conditions, a few side by side.

    Args:
        asked: the conditions.
        budget: seconds of processor time for each.

    Yields:
        A proof for each, in the order in which they were asked.
    """
    workers = min(WORKERS_MAX, os.cpu_count() or 1)
    idle: queue.SimpleQueue[_Asker] = queue.SimpleQueue()

    def one(condition: Condition) -> Proof:
        asker = idle.get()
        try:
            return asker.ask(condition, budget)
        finally:
            idle.put(asker)

    with ExitStack() as stack:
        askers = [_Asker() for _ in range(workers)]
        for asker in askers:
            stack.callback(asker.close)
            idle.put(asker)
        pool = stack.enter_context(ThreadPoolExecutor(workers))
        for asker in askers:  # before the pool waits for the threads that wait for them
            stack.callback(asker.end)
        yield from pool.map(one, asked)


class _Asker:
    """A process that has CrossHair loaded, started when it is first asked and anew after it was killed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._changing = Lock()
        self._ended = False

    def ask(self, condition: Condition, budget: float) -> Proof:
        """Ask one condition, within bounds of processor time and of wall time."""
        options = [f"--per_condition_timeout={budget}"]
        if condition.command == "check":
            options += ["--analysis_kind=PEP316", "--report_all"]
        try:
            answer = self._answer([condition.command, *options, *condition.targets])
        except OSError as error:
            self.close()
            return Proof(condition, Outcome(Verdict.BROKEN, f"CrossHair did not start: {error.strerror}"), 0.0)
        if answer is None:
            self.close()
            return Proof(condition, Outcome(Verdict.INCONCLUSIVE, "CrossHair was stopped at its time limit"), WAIT)
        judge = check_outcome if condition.command == "check" else diff_outcome
        return Proof(condition, judge(answer.code, answer.out, answer.err), answer.seconds)

    def end(self) -> None:
        """End the process, and start none any more; whoever waits for its answer, in another thread, gets none."""
        with self._changing:
            self._ended = True
            if self._process is not None:
                self._process.kill()
                self._process.wait()

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    with suppress(OSError):  # what was not written yet has nobody to read it
                        stream.close()

    def _answer(self, command: list[str]) -> child.Answer | None:
        """Put a command to the process; None if it had to be killed."""
        with self._changing:
            if self._ended:
                raise OSError("it was ended")
            process = self._process = self._process or _started()
        if process.stdin is None or process.stdout is None:
            raise OSError("it has no pipes")
        late = Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = Timer(WAIT, stop)
        timer.start()
        try:
            with suppress(BrokenPipeError):  # it has ended, which its missing answer tells
                process.stdin.write(json.dumps(command) + "\n")
                process.stdin.flush()
            line = process.stdout.readline()
        finally:
            timer.cancel()
        if line:
            return child.Answer(*json.loads(line))
        if late.is_set():
            return None
        code, err = process.wait(), process.stderr.read() if process.stderr is not None else ""
        self.close()
        return child.Answer(code or 1, "", err, 0.0)


def _started() -> subprocess.Popen[str]:
    # CrossHair looks for modules in its working directory first, so it starts where this package is; and it looks
    # where this process does, so that both mean the same sources.
    places = (str(Path(entry).absolute()) for entry in sys.path)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
    pipe = subprocess.PIPE
    return subprocess.Popen(  # noqa: S603 - this interpreter, and a module of this package
        [sys.executable, "-P", "-X", "utf8", "-m", child.__name__],
        cwd=_ROOT,
        env=environment,
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        encoding="utf-8",
    )


def check_outcome(code: int, out: str, err: str) -> Outcome:
    """Judge what ``crosshair check --report_all`` said of one contract.

    Args:
        code: the exit code.
        out: the standard output, to be one message about one contract.
        err: the standard error.

    Returns:
        HOLDS only for the words of a confirmation, VIOLATED only for those of a
        counterexample, BROKEN for all that is not understood.
    """
    line = _LINE.fullmatch(out.strip())
    if line is not None:
        words = line["words"]
        match code, line["level"]:
            case 0, "info" if words == "Confirmed over all paths.":
                return Outcome(Verdict.HOLDS, "")
            # A precondition that nothing meets makes a contract empty, which confirms nothing.
            case 0, "info" if words in {"Not confirmed.", "Unable to meet precondition."}:
                return Outcome(Verdict.INCONCLUSIVE, words)
            # A postcondition that cannot be evaluated is the contract's fault and says nothing of the order.
            case 1, "error" if " when calling " in words and not words.startswith("Error while evaluating "):
                return Outcome(Verdict.VIOLATED, _quote(words))
    return _broken(code, out, err)


def diff_outcome(code: int, out: str, err: str) -> Outcome:
    """Judge what ``crosshair diffbehavior`` said of two functions.

    Args:
        code: the exit code.
        out: the standard output: two lines if no difference was found, else an input and
            what each function makes of it, once or more.
        err: the standard error.

    Returns:
        HOLDS only if all paths were exhausted, VIOLATED only with an input on which the
        functions differ, BROKEN for all that is not understood.
    """
    match code, out.strip().splitlines():
        case 0, [found, rest] if same := _SAME.fullmatch(found):
            # No path is what a broken run tries; so does one whose budget ends before the first, but it says so.
            if rest == "All paths exhausted, functions are likely the same!" and int(same["tries"]) > 0:
                return Outcome(Verdict.HOLDS, "")
            if rest == "Consider increasing the --max_uninteresting_iterations option.":
                return Outcome(Verdict.INCONCLUSIVE, "no difference found, and not all paths tried")
        case 1, [given, one, other, *_] if given.startswith("Given: ("):
            return Outcome(Verdict.VIOLATED, _quote(f"{given} {one} {other}"))
    return _broken(code, out, err)


def _broken(code: int, out: str, err: str) -> Outcome:
    last = next((line for line in reversed((out + "\n" + err).splitlines()) if line.strip()), "nothing")
    return Outcome(Verdict.BROKEN, _quote(f"CrossHair exited with {code} and said: {last}"))


def _quote(words: str) -> str:
    return " ".join(words.split())[:WORDS_MAX]
