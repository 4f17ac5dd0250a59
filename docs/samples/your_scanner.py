"""A small scanner with a memo, and with a fault: the memo is kept by D1's rule.

It can be judged in the checker's own process, and as a program that reads requests and writes replies:

    strandline check --subject your_scanner:Scanner
    strandline check --subject-cmd 'python3 your_scanner.py'

As a program it needs a python3 that has strandline, for the names of what it answers. Of what a row says it leaves out
the fine print that it is not asked for: how deep a payload may nest, what Rust escapes as JSON does not.
"""

import json
import re
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from strandline.properties.systems.memo.blackbox.subject import Outcome, Turn, Turns, Unavailable, Window

TAGS, REQUEST, SUBMISSION, MODEL = range(4)
"""What a row is: three kinds that tell the tier of a turn, the best first, and what tells its model alone."""

STRING = r'"(?:[^"\\]++|\\.)*+"'
TOKEN = re.compile(rf'{STRING}|".*|.', re.DOTALL)
VALUE = re.compile(rf"{STRING}|[^\s,\])}}:]*", re.DOTALL)
STRUCT = re.compile(r"(?:Some\()?\w+ \{")
ASKED = re.compile(rf"Some\(Some\(({STRING})\)\)", re.DOTALL)
CHOSEN = re.compile(rf"(?:Some\()?({STRING})\)?", re.DOTALL)
OPENERS = {"}": "{", ")": "(", "]": "["}


class Fact(NamedTuple):
    """What one row says of a turn; ``priority`` tells that the tier it says is that one."""

    kind: int
    turn: str | None
    model: str | None
    priority: bool = False
    ts: int = 0
    thread: str | None = None


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
        return Turns(tuple(join(fact for fact in found.facts if start <= fact.ts < end)))

    def scan(self, reader: sqlite3.Connection, inode: int, start: int) -> Memo:
        """Go on from the memo if it can be trusted, else from the beginning."""
        (highest,) = reader.execute("SELECT coalesce(max(id), 0) FROM logs").fetchone()
        memo = self.memo
        trusted = memo and memo.inode == inode and memo.start <= start and memo.cursor <= highest
        base = memo if trusted and memo else Memo(inode, start, 0, ())
        rows = reader.execute(
            "SELECT ts, thread_id, feedback_log_body FROM logs"
            " WHERE id > ? AND typeof(ts) = 'integer' AND ts >= ? AND typeof(feedback_log_body) = 'text' ORDER BY id",
            (base.cursor, base.start),
        )
        facts = tuple(fact for row in rows if (fact := parse(*row)))
        return Memo(inode, base.start, highest, base.facts + facts)

    def store(self, found: Memo) -> None:
        """Keep what was found, unless the stored memo has the same file, covers as much and has read as far."""
        kept = self.memo
        if kept and kept.inode == found.inode and kept.start <= found.start and kept.cursor >= found.cursor:
            return
        self.memo = found

    def close(self) -> None:
        """Nothing is held between refreshes."""


def parse(ts: int, thread: bytes | None, body: bytes) -> Fact | None:
    """Read what a row says, None if nothing: its spans name the turn and the thread, its message says the rest."""
    try:
        spans, message = parted(body.decode())
    except UnicodeDecodeError:
        return None
    said = read(message)
    if said is None:
        return None
    turn = said.turn if said.kind == SUBMISSION else named("turn", spans) or said.turn
    column = filled((thread or b"").decode(errors="ignore"))
    return said._replace(ts=ts, turn=turn, thread=column or named("thread", spans)) if turn else None


def read(message: str) -> Fact | None:
    """Read a message by how it begins."""
    begin, _, rest = message.partition(": ")
    if begin == "websocket request" and (asked := loaded(rest)).get("type") == "response.create":
        priority = asked.get("service_tier") == "priority"
        return Fact(REQUEST, filled(asked.get("turn_id")), filled(asked.get("model")), priority)
    if begin == "websocket event" and (event := loaded(rest)).get("type") == "response.completed":
        response = event.get("response")
        return Fact(MODEL, None, filled(response.get("model")) if isinstance(response, dict) else None)
    if message.startswith("server reported model "):
        model, _, rest = message.removeprefix("server reported model ").partition(" while requested")
        return Fact(MODEL, None, filled(model) if rest.startswith(" model was ") else None)
    if message.startswith("Submission sub=Submission {"):
        return read_submission(message.removeprefix("Submission sub="))
    at = flat(message).find(" tags_json={") if message.startswith('model="') else -1
    tier = loaded(message[at + len(" tags_json=") :]).get("service_tier") if at >= 0 else None
    return Fact(TAGS, None, value(message, len("model=")), tier == "priority") if isinstance(tier, str) else None


def read_submission(printed: str) -> Fact | None:
    """Read what a submission asks for, None if it starts no turn or asks for nothing."""
    op, for_turn = field(printed, "op"), "None"
    begin, _, _ = op.partition(" ")
    if begin not in ("UserInput", "UserTurn", "Compact", "TurnInput") or field(op, "mode").startswith("Steer {"):
        return None
    if begin == "TurnInput":
        op = field(op, "request")
        for_turn = field(field(op, "start"), "service_tier") or "None"
    settings = field(op, "thread_settings")
    tier = ASKED.fullmatch(field(settings, "service_tier") if for_turn == "None" else f"Some({for_turn})")
    model = CHOSEN.fullmatch(field(settings, "model"))
    turn = field(printed, "id")
    if tier is None or not turn.startswith('"'):
        return None
    return Fact(SUBMISSION, value(turn), model and value(model[1]), value(tier[1]) in ("priority", "fast"))


def flat(text: str) -> str:
    """Mask what lies in strings and brackets, so that what stands outside of them can be searched for."""
    shown, opened = "", ""
    for token in TOKEN.findall(text):
        shown += "?" * len(token) if opened or token[0] == '"' else token
        if OPENERS.get(token, " ") in opened:  # it closes whatever was opened inside as well
            opened = opened[: opened.rindex(OPENERS[token])]
        elif token in OPENERS.values():
            opened += token
    return shown


def parted(body: str) -> tuple[list[str], str]:
    """Part a body into its spans, the innermost last, and its message."""
    outside, mark, _ = flat(body).partition(": ")
    if not mark:
        return [], body
    return [body[slice(*span.span())] for span in re.finditer("[^:]+", outside)], body[len(outside) + len(mark) :]


def named(name: str, spans: list[str]) -> str | None:
    """Read the turn or the thread of the innermost span that names one."""
    for span in reversed(spans):
        inside = span.partition("{")[2]
        found = re.search(rf"(?<!\S){name}[._]id=", flat(inside))
        if found:
            return value(inside, found.end())
    return None


def field(printed: str, name: str) -> str:
    """Give the first field of a name in a struct of a debug print; empty if there is none, or no end of the print."""
    opening = STRUCT.match(printed)
    inside = printed[opening.end() :] if opening else ""
    outside, closed, _ = flat(inside).partition("}")
    found = re.search(rf"(?:^|,)\s*{name}: ([^,]*)", outside) if closed else None
    return inside[slice(*found.span(1))].strip() if found else ""


def value(text: str, start: int = 0) -> str | None:
    """Read the value that begins at a place; a string is read as JSON, which escapes what matters here as Rust does."""
    found = VALUE.match(text, start)
    read = found[0] if found else ""
    try:
        return filled(json.loads(read) if read.startswith('"') else read)
    except ValueError:
        return None


def loaded(payload: str) -> dict[str, object]:
    """Load the JSON object that a payload begins with; anything else says nothing."""
    try:
        read, _ = json.JSONDecoder().raw_decode(payload.lstrip(" \t\r\n"))
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def filled(text: object) -> str | None:
    """Give a text that is not blank, None in place of anything else."""
    return text if isinstance(text, str) and text.strip() else None


def join(facts: Iterable[Fact]) -> Iterator[Turn]:
    """Make turns of facts, which come by id: the best kind that a turn has decides alone whether it is one."""
    by_turn: dict[str, list[Fact]] = {}
    for fact in facts:
        by_turn.setdefault(fact.turn, []).append(fact)
    for turn, said in by_turn.items():
        best = min(fact.kind for fact in said)
        priority = [fact for fact in said if fact.kind == best and fact.priority]
        models = [fact.model for fact in said if fact.kind == MODEL and fact.model]
        if priority:
            yield Turn(turn, priority[-1].thread, priority[-1].ts, [priority[-1].model, *models][-1])


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
