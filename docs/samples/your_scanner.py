"""A small scanner with a memo, and with a fault: the memo is kept by D1's rule.

It can be judged in the checker's own process, and as a program that reads requests and writes replies:

    strandline check --subject your_scanner:Scanner
    strandline check --subject-cmd 'python3 your_scanner.py'

As a program it needs a python3 that has strandline, for the names of what it answers.
"""

import json
import re
import sqlite3
import sys
from collections.abc import Iterable
from contextlib import closing
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from strandline.properties.blackbox.subject import Outcome, Turn, Turns, Unavailable, Window

SUBMISSION = re.compile(r'Submission sub=Submission \{.*?id: "([^"]+)"', re.DOTALL)


class Fact(NamedTuple):
    """What one row says: a request or a completion of a turn."""

    ts: int
    completed: bool
    turn: str
    thread: str | None
    model: str | None


class Memo(NamedTuple):
    """What a refresh leaves behind for the next one."""

    inode: int
    start: int
    cursor: int
    facts: tuple[Fact, ...]


class Scanner:
    """Answers from one log; refreshes may run side by side, each with a connection of its own."""

    def __init__(self, log: Path, _memo: Path) -> None:
        """Keep the memo in memory, so that the path for it is left alone."""
        self.log = log
        self.memo: Memo | None = None

    def refresh(self, window: Window) -> Outcome:
        """Give the turns of a window, or say why not."""
        start, end = instants(window)
        try:
            inode = self.log.stat().st_ino
            with closing(sqlite3.connect(f"{self.log.as_uri()}?mode=ro", uri=True, isolation_level=None)) as reader:
                reader.text_factory = bytes
                reader.execute("BEGIN")
                found = self.scan(reader, inode, start)
                if self.log.stat().st_ino != inode:
                    return Unavailable("the file was replaced")
        except FileNotFoundError:
            return Turns(())  # no log yet: nothing happened
        except sqlite3.Error as error:
            return Unavailable(str(error))
        self.store(found)
        return Turns(join(fact for fact in found.facts if start <= fact.ts < end))

    def scan(self, reader: sqlite3.Connection, inode: int, start: int) -> Memo:
        """Go on from the memo if it can be trusted, else from the beginning."""
        (highest,) = reader.execute("SELECT coalesce(max(id), 0) FROM logs").fetchone()
        memo = self.memo
        trusted = memo and memo.inode == inode and memo.start <= start and memo.cursor <= highest
        base = memo if trusted and memo else Memo(inode, start, 0, ())
        rows = reader.execute(
            "SELECT ts, feedback_log_body FROM logs"
            " WHERE id > ? AND typeof(ts) = 'integer' AND ts >= ? AND typeof(feedback_log_body) = 'text' ORDER BY id",
            (base.cursor, base.start),
        )
        facts = tuple(fact for ts, body in rows if (fact := parse(ts, body)))
        return Memo(inode, base.start, highest, base.facts + facts)

    def store(self, found: Memo) -> None:
        """Keep what was found, unless the stored memo has the same file, covers as much and has read as far."""
        kept = self.memo
        if kept and kept.inode == found.inode and kept.start <= found.start and kept.cursor >= found.cursor:
            return
        self.memo = found

    def close(self) -> None:
        """Nothing is held between refreshes."""


def parse(ts: int, body: bytes) -> Fact | None:
    """Read what a body says, None if nothing."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    prefix, marker, payload = text.partition("websocket event:")
    event = loaded(payload) if marker else {}
    response = event.get("response")
    model = response.get("model") if isinstance(response, dict) else None
    turn = value(prefix, "turn.id") or value(prefix, "turn_id")
    if event.get("type") == "response.completed" and turn and isinstance(model, str) and model.strip():
        return Fact(ts, completed=True, turn=turn, thread=None, model=model)
    prefix, marker, payload = text.partition("websocket request:")
    asked = loaded(payload) if marker else {}
    turn = value(prefix, "turn.id") or value(prefix, "turn_id") or asked.get("turn_id")
    model = asked.get("model")
    if (
        asked.get("type") == "response.create"
        and asked.get("service_tier") == "priority"
        and isinstance(turn, str)
        and turn.strip()
        and not (isinstance(model, str) and not model.strip())
    ):
        model = model if isinstance(model, str) else None
        return Fact(ts, completed=False, turn=turn, thread=value(prefix, "thread_id"), model=model)
    found = SUBMISSION.search(text)
    if found and found[1].strip() and 'service_tier: Some(Some("priority"))' in text:
        prefix = text[: found.start()]
        return Fact(ts, completed=False, turn=found[1], thread=value(prefix, "thread_id"), model=None)
    return None


def value(prefix: str, name: str) -> str | None:
    """Read what stands after ``name=`` in a prefix."""
    found = re.search(rf"(?<![\w.]){re.escape(name)}=([^\s,\])}}:]+)", prefix)
    return found[1] if found else None


def loaded(payload: str) -> dict[str, object]:
    """Load a JSON object; anything else says nothing."""
    try:
        read = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def join(facts: Iterable[Fact]) -> tuple[Turn, ...]:
    """Make turns of facts, which come by id: the last request of a turn counts, and its last completion's model."""
    requests: dict[str, Fact] = {}
    models: dict[str, str | None] = {}
    for fact in facts:
        if fact.completed:
            models[fact.turn] = fact.model
        else:
            requests[fact.turn] = fact
    return tuple(Turn(turn, one.thread, one.ts, models.get(turn, one.model)) for turn, one in requests.items())


def instants(window: Window) -> tuple[int, int]:
    """Give the first second of a window and the first one after it; an open side is as far as ids go."""
    start = -(2**63) if window.since is None else midnight(window.since, window.zone)
    end = 2**63 - 1 if window.until is None else midnight(window.until + timedelta(days=1), window.zone)
    return start, end


def midnight(day: date, zone: ZoneInfo) -> int:
    """Give the unix second at which a day begins."""
    return int(datetime.combine(day, time.min, zone).timestamp())


def main() -> None:
    """Answer requests, one on each line of standard input, until it ends."""
    scanners: dict[str, Scanner] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["log"] not in scanners:
            scanners = {asked["log"]: Scanner(Path(asked["log"]), Path(asked["memo"]))}
        since, until = (date.fromisoformat(day) if day else None for day in (asked["since"], asked["until"]))
        outcome = scanners[asked["log"]].refresh(Window(since, until, ZoneInfo(asked["zone"])))
        if isinstance(outcome, Turns):
            said = {"turns": [turn._asdict() for turn in outcome.turns]}
        else:
            said = {"unavailable": outcome.reason}
        print(json.dumps({"id": asked["id"], **said}), flush=True)


if __name__ == "__main__":
    main()
