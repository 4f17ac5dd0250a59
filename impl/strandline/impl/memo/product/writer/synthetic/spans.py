"""The spans a row is logged in: they name its thread and its turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.impl.memo.product.writer.synthetic import rust

if TYPE_CHECKING:
    from strandline.impl.memo.product.writer.synthetic.codexes import Codex

_SOCKET: Final = 'transport="responses_websocket" api.path="responses"'


class Run(NamedTuple):
    """A turn and how it runs; ``cwd`` is any text that closes what it opens."""

    thread: str
    turn: str
    model: str
    operation: str
    cwd: str


class Spans(NamedTuple):
    """From the outermost to the innermost, each with all that are around it."""

    session: str
    dispatch: str
    turn: str
    sampling: str
    stream: str


def session(thread: str) -> str:
    """Write the span that all rows of a thread are in."""
    return f"session_loop{{thread_id={thread}}}"


def stream(model: str, *, warmup: bool) -> str:
    """Write the spans that a websocket is used in; a warm-up has none around them, so no thread and no turn."""
    return (
        f"model_client.stream_responses_websocket{{model={model} wire_api=responses {_SOCKET}"
        f" turn.has_metadata_header=true websocket.warmup={str(warmup).lower()}}}"
        f":responses_websocket.stream_request{{{_SOCKET}}}"
    )


def spans(codex: Codex, run: Run, outer: str = "") -> Spans:
    """Write the spans of one turn.

    Args:
        codex: the version that logs.
        run: the turn and how it runs.
        outer: the spans of the turn that it is nested in, with a colon at their end.
    """
    thread, turn, model, operation, cwd = run
    loop = outer + session(thread)
    dispatch = (
        f'{loop}:submission_dispatch{{otel.name="op.dispatch.{operation}" submission.id="{turn}"'
        f' codex.op="{operation}"}}'
    )
    named = f":codex.turn_input{{conversation.id={thread} turn.id={rust.string(turn)}}}" if codex.terse else ""
    fields = f"{{conversation.id={thread} turn.id={turn}}}" if codex.terse else ""
    within = (
        f'{dispatch}{named}:turn{{otel.name="session_task.turn" thread.id={thread} turn.id={turn} model={model}'
        " codex.turn.reasoning_effort=medium}"
    )
    sampling = (
        f"{within}:session_task.run:run_turn{fields}:run_sampling_request{{turn_id={turn} model={model} cwd={cwd}}}"
        f":try_run_sampling_request{{turn_id={turn} model={model}}}"
    )
    return Spans(loop, dispatch + named, within, sampling, f"{sampling}:stream_request:{stream(model, warmup=False)}")
