"""The messages that mean something, and the ones that nearly do: each a pure function of what it says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.impl.memo.product.writer.synthetic import rust

if TYPE_CHECKING:
    from collections.abc import Mapping

    from strandline.impl.memo.product.writer.synthetic.codexes import Codex

_REPLY: Final = (
    "Sender { inner: Some(Inner { state: State { is_complete: false, is_closed: false,"
    " is_rx_task_set: true, is_tx_task_set: false } }) }"
)
_REQUESTED: Final = (
    "{ requested_settings: ThreadSettingsOverrides { approval_policy: None, approvals_reviewer: None,"
    " sandbox_policy: None, permission_profile: None } }"
)
START_OR_STEER: Final = "StartOrSteer"
"""The mode of an input that may start a turn."""


RESET: Final = "unset"
"""What takes a thread's tier back; Rust prints it as ``Some(None)``."""


class Settings(NamedTuple):
    """What a submission asks for; None asks for nothing.

    Args:
        model: the thread's model from now on.
        tier: the thread's tier from now on, or ``RESET``.
        once: the tier of this turn alone.
        schema: what the answer must look like, printed already: a place where anything may stand.
    """

    model: str | None = None
    tier: str | None = None
    once: str | None = None
    schema: str = "None"

    @property
    def first(self) -> str | None:
        """The tier that counts as asked for: that of the turn, else that of the thread."""
        tier = self.once or self.tier
        return "default" if tier == RESET else tier


def steer(turn: str) -> str:
    """Write the mode of an input for a turn that runs already."""
    return rust.struct("Steer", {"expected_turn_id": rust.string(turn)})


def submission(codex: Codex, sub: str, op: str) -> str:
    """Print a submission with its id and its operation."""
    fields = {"id": rust.string(sub), "op": op, **dict.fromkeys(codex.tail, "None")}
    return f"Submission sub={rust.struct('Submission', fields)}"


def submission_fields(thread: str, sub: str, operation: str, op: str) -> str:
    """Write a few fields of a submission, as the newest version does."""
    return (
        f"Submission thread_id={thread} submission_id={sub} operation={rust.string(operation)}"
        f" parent_turn_id=None root_turn_id=None op={op}"
    )


def requested(op: str) -> str:
    """Print what is left of an operation among the fields of a submission."""
    return f"{op} {_REQUESTED}"


def thread_settings(codex: Codex, asked: Settings) -> str:
    """Print an operation that changes settings and starts nothing."""
    return rust.struct("ThreadSettings", {"thread_settings": _overrides(codex, asked)})


def user_input(codex: Codex, text: str, asked: Settings) -> str:
    """Print an operation that hands in text, as early versions do."""
    fields = {
        "items": f"[{_text(text)}]",
        "final_output_json_schema": asked.schema,
        "responsesapi_client_metadata": "None",
        "additional_context": "{}",
        "thread_settings": _overrides(codex, asked),
    }
    return rust.struct("UserInput", fields)


def turn_input(codex: Codex, text: str, asked: Settings, mode: str) -> str:
    """Print an operation that hands in text, as later versions do."""
    start = _chosen(codex.start, {"final_output_json_schema": asked.schema, "service_tier": rust.option(asked.once)})
    request = {
        "input": rust.struct("UserInput", {"content": f"[{_text(text)}]", "client_id": "None"}),
        "thread_settings": _overrides(codex, asked),
        "start": rust.struct("TurnStartOptions", start),
        "additional_context": "{}",
        "responsesapi_client_metadata": "None",
        "trace": "None",
    }
    return rust.struct(
        "TurnInput", {"request": rust.struct("TurnInputRequest", request), "mode": mode, "reply": _REPLY}
    )


def tags(codex: Codex, model: str, before: str, tier: str, after: str) -> str:
    """Write the tags in force; ``before`` and ``after`` are the other members of their JSON, commas included."""
    sandbox = "read-only" if codex.terse else "ReadOnly { network_access: false }"
    return (
        f"model={rust.string(model)} approval_policy=Never sandbox_policy={sandbox} effort=None auth_mode=None"
        f' tags_json={{{before}"service_tier":"{tier}"{after}}}'
    )


def request(model: str, members: str, tier: str, *, turn: str | None = None, warmup: bool = False) -> str:
    """Write a request.

    Args:
        model: what is to answer.
        members: its input and the like: JSON members with a comma at their end.
        tier: the member that states the tier, with a comma at its end; empty for none.
        turn: the turn, if it is named here.
        warmup: whether an answer is not wanted.
    """
    named = f',"turn_id":"{turn}"' if turn else ""
    generate = ',"generate":false' if warmup else ""
    return (
        f'websocket request: {{"type":"response.create","model":{dump(model)},{members}"tool_choice":"auto",'
        '"parallel_tool_calls":true,"reasoning":{"effort":"medium"},"store":false,"stream":true,'
        f'"include":["reasoning.encrypted_content"],{tier}"text":{{"verbosity":"low"}}{named}{generate}}}'
    )


def completed(response: str, model: str, tier: str) -> str:
    """Write the event that ends an answer; what it says of the tier is not to be believed."""
    return (
        f'websocket event: {{"type": "response.completed", "response": {{"id": "{response}", "model": {dump(model)},'
        f' "service_tier": "{tier}", "usage": {{"input_tokens": 10, "input_tokens_details": null,'
        ' "output_tokens": 5, "output_tokens_details": null, "total_tokens": 15}}}'
    )


def event(kind: str, delta: str) -> str:
    """Write an event that means nothing; ``delta`` is JSON."""
    return f'websocket event: {{"type":"{kind}","item_id":"msg_0","delta":{delta}}}'


def rerouted(model: str, wanted: str) -> str:
    """Write that another model answers than was asked."""
    return f"server reported model {model} while requested model was {wanted}"


def matches(model: str) -> str:
    """Write that the model answers that was asked."""
    return f"server reported model {model} (matches requested model)"


def dump(value: object) -> str:
    """Write a value as JSON, as codex does: no spaces, no escapes that are not needed."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _overrides(codex: Codex, asked: Settings) -> str:
    tier = "None" if asked.tier is None else f"Some({rust.option(None if asked.tier == RESET else asked.tier)})"
    values = {"model": rust.option(asked.model), "service_tier": tier}
    return rust.struct("ThreadSettingsOverrides", _chosen(codex.settings, values))


def _chosen(fields: tuple[str, ...], values: Mapping[str, str]) -> dict[str, str]:
    """Give each field its value, None to most."""
    return {field: values.get(field, "None") for field in fields}


def _text(text: str) -> str:
    return rust.struct("Text", {"text": rust.string(text), "text_elements": "[]"})
