"""What a run in a world looked like from outside: a frame for each step, and what was wrong at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.model.memo.events import Answered, Failed, Settled
from strandline.model.memo.oracle import Turn as OracleTurn
from strandline.model.memo.oracle import fact, oracle
from strandline.model.memo.state import born
from strandline.properties.core.counting import many
from strandline.properties.core.verdict import Change, Frame
from strandline.properties.systems.memo.blackbox.scenarios import DAMAGE, content, dated, window
from strandline.properties.systems.memo.blackbox.subject import Turn, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from strandline.model.memo.events import Event
    from strandline.model.memo.log import Body, Row
    from strandline.model.terms import Step
    from strandline.properties.systems.memo.blackbox.driver import Ended
    from strandline.properties.systems.memo.blackbox.scenarios import Environment, Scenario
    from strandline.properties.systems.memo.blackbox.subject import Outcome, Window


def frame(
    scenario: Scenario, today: date, action: Step, states: tuple[Environment, Environment], last: tuple[Ended, ...]
) -> Frame:
    """Show a step between two states: what was done, and what it changed, or brought in the refreshes that it ended."""
    before, after = states
    changes = [_told(action, ended) for ended in last]
    if content(before) != content(after) or (before.world.path is None) != (after.world.path is None):
        changes.append(Change("log", log(before), log(after)))
    return Frame(action.actor, _title(action, scenario, today), tuple(changes))


def _told(action: Step, ended: Ended) -> Change:
    what = "answer" if action.name == "end" else asked(ended.flight.window)
    return Change(what, "", _outcome(ended.outcome))


def ending(event: Event) -> Iterator[str]:
    """Say what was wrong with the event that broke a law."""
    match event:
        case Answered() if event.answer != event.one_shot:
            yield f"not ended:      {_turns(event.turns)}"
            yield f"ended:          {_turns(event.one_shot.turns)}"
            yield f"the log:        {_rows(event.rows)}"
        case Answered():
            yield f"the answer:     {_turns(event.turns)}"
            yield f"the full scan:  {_turns(oracle(event.rows, event.span).turns)}"
            yield f"the log:        {_rows(event.rows)}"
            yield "No commit between begin and end of the refresh gives this answer."
        case Failed():
            yield f"what is at the path cannot be read ({event.reason}), and still there was an answer"
        case Settled():
            yield "nothing else moved, the log could be read, and still not every answer was there and right"


def _title(action: Step, scenario: Scenario, today: date) -> str:
    match action.name:
        case "start":
            return f"begin a refresh of {asked(window(action.arg, scenario, today))}"
        case "append" | "append and prune":
            return f"{action.name} {_body(born(dated(scenario, today).templates[action.arg].body, '…'))}"
        case "delete":
            return f"delete row {action.arg}"
        case "replace" | "reissue":
            how = "by rename" if action.name == "replace" else "by delete and create"
            return f"replace the file {how}, {many(action.arg, 'row')}"
        case "damage":
            return f"replace the file by what is no log: {DAMAGE[action.arg]}"
        case name:
            return {
                "settle": "refresh twice, in peace",
                "compare": "refresh a window that has ended, and one that has not",
            }.get(name, name)


def asked(window: Window) -> str:
    """Say which days a refresh is asked for."""
    if window.since is None:
        return "all days" if window.until is None else f"all days up to {window.until}"
    return f"{window.since} and later" if window.until is None else f"{window.since} to {window.until}"


def _outcome(outcome: Outcome) -> str:
    return f"unavailable: {outcome.reason}" if isinstance(outcome, Unavailable) else _turns(outcome.turns)


def _turns(turns: Iterable[object]) -> str:
    """Name turns; an event keeps them without their type, since a law compares them and looks at no part."""
    named = (turn for turn in turns if isinstance(turn, Turn | OracleTurn))
    return ", ".join(f"{turn.turn} ({turn.model or 'no model'})" for turn in named) or "no turn"


def log(environment: Environment) -> str:
    """Say what is at the path."""
    if environment.damage is not None:
        return f"no log: {DAMAGE[environment.damage]}"
    return "no file" if environment.world.path is None else _rows(environment.world.log.rows)


def _rows(rows: Iterable[Row]) -> str:
    return ", ".join(f"{row.id} {_body(row.body)}" for row in rows) or "no row"


def _body(body: Body) -> str:
    says = fact(body)
    if says is None:
        return "noise"
    return " ".join(part for part in (says.kind, says.turn, says.tier) if part is not None)
