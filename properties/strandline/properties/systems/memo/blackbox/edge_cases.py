"""Rows that a scanner easily misreads, as whole logs: each is a small world of a black box.

The wide worlds draw what changes, and have few ways to write a row. What a parser, a join or a calendar gets wrong
shows in a log of a few rows that nothing happens to, so each of these costs an order or some dozens, and its name says
which edge it is. The traps of ``agree`` go on from here to what only a definition decides.
"""

from __future__ import annotations

from typing import Final

from strandline.model.memo.log import Raw
from strandline.model.memo.state import Template
from strandline.properties.systems.memo.traps.trap import completed, request, rerouted, started, submission, tags

LONG_AGO: Final = -158
"""The number of the day, half a year before today, that a window of two days begins on.

Even days have their row on the first second and odd ones on the last, so those two days hold both edges of the window.
"""

BEFORE_1970: Final = -25_000

PROMPT: Final = (
    r"}: turn.id=x tags_json={\"service_tier\":\"default\"} service_tier: Some(Some(\"priority\")) websocket request: {"
)
"""A text of a prompt, or of a path, that looks like parts of a row; it stands in a string of Rust or of JSON."""


def _row(body: str | bytes | Raw | None, day: int | str = 10, thread: str | None = "t") -> Template:
    return Template(day, thread, None, body)


EDGE_CASES: Final[dict[str, tuple[Template, ...]]] = {
    "outside tiers": (
        _row(request("p")),
        _row(request("p", "other", service_tier="default")),
        _row(request("q", service_tier="flex")),
        _row(request("r", service_tier=None)),
        _row(submission("s").replace("priority", "default")),
        _row(submission("u", tier='Some(Some("fast"))')),
        _row(tags("v", "fast")),
    ),
    "outside ranks": (
        *(_row(submission(name)) for name in "pqrs"),
        _row(request("p", service_tier=None)),
        _row(request("q", service_tier="default")),
        _row(request("r")),
        _row(tags("r", "default")),
        _row(request("s", "n", service_tier="default"), 8),
        _row(tags("s", model="o"), 8),
        _row(submission("q"), 8),
    ),
    "outside starts": (
        _row(started("p")),
        _row(submission("q", tier="None")),
        _row(submission("r", op="TurnInput")),
        _row(submission("s", op="TurnInput").replace("StartOrSteer", 'Steer { expected_turn_id: "r" }')),
        _row(submission("u", op="ThreadSettings")),
        _row(submission("v", op="Compact")),
        _row(
            submission("w", op="TurnInput", tier="None").replace("er: None } }, mode", 'er: Some("priority") } }, mode')
        ),
    ),
    "outside names": (
        _row(request("p").replace("turn.id=p", "parent_turn_id=x turn_id=p")),
        _row(request("q", turn_id="q").replace("turn.id=q", "parent.turn.id=x")),
        _row(request("r", turn_id="x")),
        _row(request("s", thread="a").replace("thread_id=a", "parent_thread_id=x thread_id=a"), thread=None),
        _row(request("u", thread="a")),
        _row(request("v", thread="a"), thread=" "),
    ),
    "outside spans": (
        _row(request("x").replace("}: web", "}:sample{turn_id=p model=m}:stream{model=m}: web")),
        _row(tags("q").replace("turn.id=q", 'turn.id="q"')),
        _row(request("r").replace("}: web", "}:sample{op=Op { turn.id=x }}: web")),
        _row(request("x").replace("}: web", "}:sample{turn.id= }: web")),
    ),
    "outside prompts": (
        _row(request("p", input=f"{PROMPT} {completed('p', 'no')}")),
        _row(request("q").replace("}: web", f'}}:run{{cwd="{PROMPT}"}}:tool{{path=/it(s}}: web')),
        _row(tags("r").replace("policy", f'note="{PROMPT}" policy')),
        _row(submission("s", tier="None", text=f'Text {{ text: "{PROMPT}" }}')),
        _row(submission("u", text=f'Text {{ text: "{PROMPT}" }}')),
        _row(f"turn{{turn.id=v}}: said {tags('v').partition(': ')[2]}"),
        _row(request("w", input=submission("x"))),
    ),
    "outside kinds": (
        _row(request("p", input=completed("x", "no"))),
        _row(request("r").replace("websocket", "WEBSOCKET")),
        _row(request("s").replace("response.create", "response.created")),
        _row(completed("p").replace("response.completed", "response.failed")),
    ),
    "outside reroutes": (
        *(_row(request(name)) for name in "pqr"),
        _row(completed("p")),
        _row(rerouted("p", "o")),
        _row("turn{turn.id=q}: server reported model n (matches requested model), none while requested model was"),
        _row(f"{rerouted('r', 'o')} while requested model was n"),
        _row(rerouted("s")),
    ),
    "outside torn": (
        _row(submission("p")[:-2]),
        _row(submission("q")),
        _row(tags("q", "default")[:-1]),
        _row(request("r")),
        _row(tags("r").replace('"priority"', "7")),
        _row(request("s")[:-1]),
    ),
    "outside blanks": (
        _row(request("p", " ")),
        _row(request("q", None)),
        _row(request("x", turn_id=" ").replace("turn.id=x", "")),
        _row(request("r")),
        _row(completed("r", " ")),
        _row(tags("s", model="")),
        _row(submission(" ")),
    ),
    "outside unread": (
        _row(request("p").encode()),
        _row(Raw(b"\xff " + request("q").encode())),
        _row(Raw(request("r").encode() + b" \xc3")),
        _row(None),
        _row(request("s"), "noon"),
    ),
    "outside far": (
        _row(request("p"), BEFORE_1970),
        _row(request("q"), 400),
    ),
}
"""Logs that nothing happens to, by world."""

TWICE: Final = (_row(request("p")), _row(request("p", "later"), 8), _row(completed("p")), _row(completed("p", "o"), 9))
"""A turn requested twice and completed twice; the row with the higher id counts, whatever its time, while it lasts."""

EDGES: Final = tuple(_row(request(name), LONG_AGO + day) for name, day in (("p", -1), ("q", 0), ("r", 1), ("s", 2)))
"""The last second before two days of half a year ago, the first and the last of them, and the first one after."""
