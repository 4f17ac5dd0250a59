"""The rows of a thread that mean something, and the ones that nearly do: each with what it is meant to mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.properties.harness.schema import Place
from strandline.properties.live.synthetic import messages
from strandline.properties.live.synthetic.said import NOTHING, Form, Meant, Said
from strandline.properties.live.synthetic.source import FLEX, PRIORITY, Source
from strandline.properties.live.synthetic.spans import Spans, session, stream

if TYPE_CHECKING:
    from collections.abc import Iterator

_HANDLERS: Final = "codex_core::session::handlers"
_SESSION: Final = "codex_core::session"
_SOCKET: Final = "codex_api::endpoint::responses_websocket"
_REQUEST: Final = Place("TRACE", _SOCKET, _SOCKET, "codex-api/src/endpoint/responses_websocket.rs", 774)
_EVENT: Final = _REQUEST._replace(line=673)
_DELTA: Final = "response.output_text.delta"


class Turn(NamedTuple):
    """A turn under way; ``once`` is its own tier, None if the thread's holds."""

    id: str
    thread: str
    model: str
    spans: Spans
    once: str | None = None


def submitted(source: Source, form: Form, thread: str, text: str, meant: Meant, *, outer: str = "") -> Said:  # noqa: PLR0913 - the parts of one row
    """Log a submission, in the span of its thread."""
    place = Place("DEBUG", _HANDLERS, _HANDLERS, "core/src/session/handlers.rs", source.codex.submission_line)
    return _said(source, form, place, thread, f"{outer}{session(thread)}: {text}", meant)


def tags(source: Source, turn: Turn, tier: str) -> Iterator[Said]:
    """Log what is in force in a sampling request, if this version does."""
    if source.codex.tags_bytes:
        before, after = source.filler.tags
        text = messages.tags(source.codex, turn.model, before, tier, after)
        place = Place("INFO", "feedback_tags", f"{_SESSION}::turn", "core/src/session/turn.rs", source.codex.tags_line)
        meant = Meant("tags", turn.id, turn.thread, turn.model, tier)
        yield _said(source, "tags", place, turn.thread, f"{turn.spans.sampling}: {text}", meant)


def request(source: Source, turn: Turn, tier: str) -> Said:
    """Log a request; now and then its turn is told by the request itself and not by its spans."""
    stated = _stated(tier)
    inside = source.chance.one_in(16)
    within = f"{session(turn.thread)}:{stream(turn.model, warmup=False)}" if inside else turn.spans.stream
    member = _member(source, stated)
    text = messages.request(turn.model, source.filler.members(), member, turn=turn.id if inside else None)
    meant = Meant("request", turn.id, turn.thread, turn.model, stated)
    return _said(source, "request", _REQUEST, turn.thread, f"{within}: {text}", meant)


def completed(source: Source, turn: Turn, model: str, tier: str) -> Said:
    """Log that a request was answered, and by which model."""
    text = messages.completed(f"resp_{turn.id[-6:]}", model, tier)
    meant = Meant("completed", turn.id, turn.thread, model)
    return _said(source, "completed", _EVENT, turn.thread, f"{turn.spans.stream}: {text}", meant)


def events(source: Source, within: str, thread: str | None) -> Iterator[Said]:
    """Log the bits of an answer, which mean nothing."""
    for _ in range(source.count(source.codex.events)):
        yield Said("event", _EVENT, thread, f"{within}: {messages.event(_DELTA, source.filler.delta())}", NOTHING)


def warm_up(source: Source, model: str, tier: str) -> Iterator[Said]:
    """Log how a connection is warmed up: a request and its events, of no thread and of no turn."""
    within, stated = stream(model, warmup=True), _stated(tier)
    text = messages.request(model, source.filler.members(), _member(source, stated), warmup=True)
    yield Said("warm-up", _REQUEST, None, f"{within}: {text}", Meant("request", None, None, model, stated))
    yield from events(source, within, None)
    text = messages.completed("resp_0", model, tier)
    yield Said("warm-up", _EVENT, None, f"{within}: {text}", Meant("completed", None, None, model))


def rerouted(source: Source, turn: Turn, model: str) -> Said:
    """Log which model answers; it is a reroute unless that is the one that was asked."""
    place = Place("WARN", _SESSION, _SESSION, "core/src/session/mod.rs", source.codex.reroute_line)
    within = turn.spans.sampling
    if model == turn.model:
        quiet = place._replace(level="INFO")
        return _said(source, "matches", quiet, turn.thread, f"{within}: {messages.matches(model)}", NOTHING)
    text = messages.rerouted(model, turn.model)
    meant = Meant("rerouted", turn.id, turn.thread, model)
    return _said(source, "rerouted", place, turn.thread, f"{within}: {text}", meant)


def _said(source: Source, form: Form, place: Place, thread: str, body: str, meant: Meant) -> Said:  # noqa: PLR0913 - the parts of one row
    """Put the thread into its column; now and then only the spans tell it."""
    return Said(form, place, None if source.chance.one_in(64) else thread, body, meant)


def _stated(tier: str) -> str | None:
    """Tell what a request states of a tier: nothing of the default."""
    return tier if tier in {PRIORITY, FLEX} else None


def _member(source: Source, tier: str | None) -> str:
    """Write the member of a request that states a tier; null now and then, if it states none."""
    if tier is None:
        return '"service_tier":null,' if source.chance.one_in(8) else ""
    return f'"service_tier":"{tier}",'
