"""The rows of a thread that mean something, and the ones that nearly do: each with what it was written to mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.impl.memo.product.writer.synthetic import messages
from strandline.impl.memo.product.writer.synthetic.entry import NOTHING, Entry, Form, Meaning, Place
from strandline.impl.memo.product.writer.synthetic.source import FLEX, PRIORITY, Source
from strandline.impl.memo.product.writer.synthetic.spans import Spans, session, stream

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


def submission(source: Source, form: Form, thread: str, text: str, meaning: Meaning, *, outer: str = "") -> Entry:  # noqa: PLR0913 - the parts of one row
    """Log a submission, in the span of its thread."""
    place = Place("DEBUG", _HANDLERS, _HANDLERS, "core/src/session/handlers.rs", source.codex.submission_line)
    return _entry(source, form, place, thread, f"{outer}{session(thread)}: {text}", meaning)


def tags(source: Source, turn: Turn, tier: str) -> Iterator[Entry]:
    """Log what is in force in a sampling request, if this version does."""
    if source.codex.tags_bytes:
        before, after = source.filler.tags
        text = messages.tags(source.codex, turn.model, before, tier, after)
        place = Place("INFO", "feedback_tags", f"{_SESSION}::turn", "core/src/session/turn.rs", source.codex.tags_line)
        meaning = Meaning("tags", turn.id, turn.thread, turn.model, tier)
        yield _entry(source, "tags", place, turn.thread, f"{turn.spans.sampling}: {text}", meaning)


def request(source: Source, turn: Turn, tier: str) -> Entry:
    """Log a request; now and then its turn is named by the request itself and not by its spans."""
    stated = _stated(tier)
    inside = source.chance.one_in(16)
    within = f"{session(turn.thread)}:{stream(turn.model, warmup=False)}" if inside else turn.spans.stream
    member = _member(source, stated)
    text = messages.request(turn.model, source.filler.members(), member, turn=turn.id if inside else None)
    meaning = Meaning("request", turn.id, turn.thread, turn.model, stated)
    return _entry(source, "request", _REQUEST, turn.thread, f"{within}: {text}", meaning)


def completed(source: Source, turn: Turn, model: str, tier: str) -> Entry:
    """Log that a request was answered, and by which model."""
    text = messages.completed(f"resp_{turn.id[-6:]}", model, tier)
    meaning = Meaning("completed", turn.id, turn.thread, model)
    return _entry(source, "completed", _EVENT, turn.thread, f"{turn.spans.stream}: {text}", meaning)


def events(source: Source, within: str, thread: str | None) -> Iterator[Entry]:
    """Log the bits of an answer, which mean nothing."""
    for _ in range(source.count(source.codex.events)):
        yield Entry("event", _EVENT, thread, f"{within}: {messages.event(_DELTA, source.filler.delta())}", NOTHING)


def warm_up(source: Source, model: str, tier: str) -> Iterator[Entry]:
    """Log how a connection is warmed up: a request and its events, of no thread and of no turn."""
    within, stated = stream(model, warmup=True), _stated(tier)
    text = messages.request(model, source.filler.members(), _member(source, stated), warmup=True)
    yield Entry("warm-up", _REQUEST, None, f"{within}: {text}", Meaning("request", None, None, model, stated))
    yield from events(source, within, None)
    text = messages.completed("resp_0", model, tier)
    yield Entry("warm-up", _EVENT, None, f"{within}: {text}", Meaning("completed", None, None, model))


def rerouted(source: Source, turn: Turn, model: str) -> Entry:
    """Log which model answers; it is a reroute unless that is the one that was asked."""
    place = Place("WARN", _SESSION, _SESSION, "core/src/session/mod.rs", source.codex.reroute_line)
    within = turn.spans.sampling
    if model == turn.model:
        quiet = place._replace(level="INFO")
        return _entry(source, "matches", quiet, turn.thread, f"{within}: {messages.matches(model)}", NOTHING)
    text = messages.rerouted(model, turn.model)
    meaning = Meaning("rerouted", turn.id, turn.thread, model)
    return _entry(source, "rerouted", place, turn.thread, f"{within}: {text}", meaning)


def _entry(source: Source, form: Form, place: Place, thread: str, body: str, meaning: Meaning) -> Entry:  # noqa: PLR0913 - the parts of one row
    """Put the thread into its column; now and then only the spans tell it."""
    return Entry(form, place, None if source.chance.one_in(64) else thread, body, meaning)


def _stated(tier: str) -> str | None:
    """Tell what a request states of a tier: nothing of the default."""
    return tier if tier in {PRIORITY, FLEX} else None


def _member(source: Source, tier: str | None) -> str:
    """Write the member of a request that states a tier; null now and then, if it states none."""
    if tier is None:
        return '"service_tier":null,' if source.chance.one_in(8) else ""
    return f'"service_tier":"{tier}",'
