"""Every row of a synthetic codex means what it was written to mean, by a reading of its own."""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from strandline.properties.live.drafts import Plan, lines
from strandline.properties.live.synthetic import rust
from strandline.properties.live.synthetic.codexes import CODEXES
from strandline.properties.live.synthetic.entry import NOTHING, Meaning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from strandline.properties.live.synthetic.codexes import Name

NOW = 1_800_000_000
STRING = r'"(?:\\.|[^"\\])*"'
TURN = re.compile(rf"(?<!\S)(?:turn\.id|turn_id)=({STRING}|[^\s,\])}}:]*)")
THREAD = re.compile(rf"(?<!\S)(?:thread_id|thread\.id)=({STRING}|[^\s,\])}}:]*)")
STARTED = re.compile(r'Submission thread_id=\S+ submission_id=(\S+) operation="(\w+)"')


def parted(body: str) -> tuple[list[str], str]:
    """Part a body whose brackets all match into its spans and its message."""
    spans, depth, start = [], 0, 0
    for match in re.finditer(rf"{STRING}|[\[({{]|[\])}}]|:", body):
        if match[0] in "[({":
            depth += 1
        elif match[0] in "])}":
            depth -= 1
        elif match[0] == ":" and depth == 0:
            spans.append(body[start : match.start()].partition("{")[2].removesuffix("}"))
            start = match.end()
            if body[start : start + 1] == " ":
                return spans, body[start + 1 :]
    return [], body


def innermost(spans: Sequence[str], field: re.Pattern[str]) -> str | None:
    found = next((match[1] for span in reversed(spans) if (match := field.search(span))), None)
    return json.loads(found) if found and found.startswith('"') else found


def payload(message: str, mark: str) -> dict[str, object]:
    try:
        value, _ = json.JSONDecoder().raw_decode(message, message.index(mark) + len(mark))
    except ValueError:
        return {}
    assert isinstance(value, dict)
    return value


def read_submission(message: str, thread: str | None) -> Meaning:
    """Read a submission with its strings put aside, so that nothing in them is taken for a field."""
    strings: list[str] = []

    def aside(match: re.Match[str]) -> str:
        strings.append(match[0][1:-1].replace('\\"', '"'))
        return f'"{len(strings) - 1}"'

    def string(pattern: str) -> str | None:
        match = re.search(pattern, text)
        return strings[int(match[1])] if match else None

    text = re.sub(STRING, aside, message)
    if text.count("{") != text.count("}") or '"' in re.sub(r'"\d+"', "", text):
        return Meaning("unreadable")
    if "op: ThreadSettings" in text or "mode: Steer {" in text:
        return NOTHING
    once, tier = string(r'service_tier: Some\("(\d+)"\)'), string(r'service_tier: Some\(Some\("(\d+)"\)\)')
    default = "default" if "service_tier: Some(None)" in text else None
    turn = string(r'^Submission sub=Submission { id: "(\d+)"')
    return Meaning(
        "submission",
        turn if turn and turn.strip() else None,
        thread,
        string(r'model: Some\("(\d+)"\)'),
        once or tier or default,
    )


def read(body: str, column: str | None) -> Meaning:
    spans, message = parted(body)
    turn, thread = innermost(spans, TURN), column or innermost(spans, THREAD)
    if message.startswith('model="'):
        tags, model = payload(message, " tags_json="), re.match(f"model=({STRING})", message)
        if not tags or model is None:
            return Meaning("unreadable")
        return Meaning("tags", turn, thread, json.loads(model[1]), str(tags["service_tier"]))
    if message.startswith("websocket request: "):
        asked = payload(message, "websocket request: ")
        if asked.get("type") != "response.create":
            return NOTHING
        named, chosen, tier = (
            value if isinstance(value, str) else None for value in map(asked.get, ("turn_id", "model", "service_tier"))
        )
        return Meaning("request", turn or named, thread, chosen, tier)
    if message.startswith("websocket event: "):
        event = payload(message, "websocket event: ")
        response = event.get("response")
        if event.get("type") != "response.completed" or not isinstance(response, dict) or not response["model"].strip():
            return NOTHING
        return Meaning("completed", turn, thread, response["model"])
    if match := re.match("server reported model (.*?) while requested model was ", message):
        return Meaning("rerouted", turn, thread, match[1])
    if match := STARTED.match(message):
        return Meaning("started", match[1], thread) if match[2] in {"turn_input", "compact"} else NOTHING
    return read_submission(message, thread) if message.startswith("Submission sub=") else NOTHING


@pytest.mark.parametrize("malformed", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("codex", CODEXES)
def test_each_row_means_what_it_was_written_to_mean(codex: Name, malformed: float) -> None:
    plan = Plan(codex=codex, seed=len(codex), malformed=malformed)
    for draft, entry in islice(lines(plan, NOW), 6000):
        found = NOTHING if draft.body is None else read(str(draft.body), draft.thread)
        assert (found, draft.body) == (entry.meaning, entry.body)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("plain, naïve 潮", '"plain, naïve 潮"'),
        ('say "done"', r'"say \"done\""'),
        ("C:\\tides", r'"C:\\tides"'),
        ("a\nb\tc\rd\0", r'"a\nb\tc\rd\0"'),
        ("\x1b[1m\u200b", r'"\u{1b}[1m\u{200b}"'),
        ("it's", '"it\'s"'),
    ],
)
def test_strings_are_printed_as_rust_prints_them(text: str, printed: str) -> None:
    assert rust.string(text) == printed
    assert rust.option(text) == f"Some({printed})"


def test_a_struct_prints_its_fields_in_order_and_what_is_missing_as_none() -> None:
    assert rust.struct("Text", {"text": rust.string("x"), "id": rust.option(None)}) == 'Text { text: "x", id: None }'
