"""One thread, turn after turn: what was asked for, what was in force, and all that means nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.impl.memo.product.writer.synthetic import messages, rows
from strandline.impl.memo.product.writer.synthetic.entry import NOTHING, Entry, Meaning
from strandline.impl.memo.product.writer.synthetic.filler import BASIC, MODELS
from strandline.impl.memo.product.writer.synthetic.messages import RESET, START_OR_STEER, Settings
from strandline.impl.memo.product.writer.synthetic.rows import Turn
from strandline.impl.memo.product.writer.synthetic.source import DEFAULT, PRIORITY, Source, in_force
from strandline.impl.memo.product.writer.synthetic.spans import Run, spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from strandline.impl.memo.product.writer.synthetic.codexes import Range


class Session:
    """One thread: the settings in force, which a turn inherits unless it asks for others, and the rows.

    Args:
        source: what it shares with other threads.
        thread: its id.
    """

    def __init__(self, source: Source, thread: str) -> None:
        self._source = source
        self._codex = source.codex
        self._chance = source.chance
        self._thread = thread
        tier = source.tier()
        self._tier = tier if tier == RESET else in_force(tier)  # what was never set is no default
        self._model = source.chance.pick(MODELS)

    def rows(self, guests: Sequence[Session]) -> Iterator[Entry]:
        """Give rows without end; ``guests`` are the threads whose turns may be nested in turns of this one."""
        while True:
            if self._chance.one_in(8):
                yield self._settings()
            yield from self._compaction() if self._chance.one_in(16) else self._turn(guests)

    def _turn(self, guests: Sequence[Session], outer: str = "") -> Iterator[Entry]:
        """Run one turn: what was asked, then sampling requests, each with its tags or over its websocket."""
        turn, asking = self._begin(outer)
        yield asking
        yield from self._noise(turn, self._codex.opening)
        socket = self._codex.websocket and not self._chance.one_in(8)  # else by HTTP, of which nothing is logged
        if socket and self._chance.one_in(3 / 2):
            yield from rows.warm_up(self._source, turn.model, self._tier)
        answering = self._chance.pick(MODELS) if self._chance.one_in(2) else turn.model
        unreported = True
        while True:
            yield from self._sampling(turn, answering) if socket else self._tags(turn)
            yield from self._noise(turn, self._codex.step)
            if unreported and self._chance.one_in(2):
                unreported = False
                yield rows.rerouted(self._source, turn, answering)
            if self._chance.one_in(3 / 2):
                return
            yield from self._meanwhile(turn, guests)

    def _meanwhile(self, turn: Turn, guests: Sequence[Session]) -> Iterator[Entry]:
        """Between two sampling requests of a turn, change the thread, steer the turn, run another one inside it."""
        if self._chance.one_in(4):
            yield self._settings()
        if self._chance.one_in(3) and not self._codex.terse:
            yield self._steer(turn)
        if guests and self._chance.one_in(6):
            yield from self._chance.pick(guests)._turn((), f"{turn.spans.sampling}:")  # noqa: SLF001 - of its own class

    def _begin(self, outer: str) -> tuple[Turn, Entry]:
        """Ask for a turn: mostly for nothing special, so that it inherits what is in force in its thread."""
        codex, thread, sub = self._codex, self._thread, self._chance.uuid()
        asked = self._asked()
        if codex.terse:
            text = messages.submission_fields(thread, sub, codex.operation, messages.requested("TurnInput"))
            entry = rows.submission(self._source, "started", thread, text, Meaning("started", sub, thread), outer=outer)
        else:
            prompt = self._source.filler.prompt()
            op = messages.turn_input(codex, prompt, asked, START_OR_STEER) if codex.start else None
            text = messages.submission(codex, sub, op or messages.user_input(codex, prompt, asked))
            meaning = Meaning("submission", sub, thread, asked.model, asked.first)
            entry = rows.submission(self._source, "submission", thread, text, meaning, outer=outer)
        run = Run(thread, sub, self._model, codex.operation, self._source.filler.folder())
        once = None if asked.once is None else in_force(asked.once)
        return Turn(sub, thread, self._model, spans(codex, run, outer), once), entry

    def _asked(self) -> Settings:
        """Choose what a submission asks for; what it asks of the thread is in force from now on."""
        chance = self._chance
        tier = self._change() if chance.one_in(4) and not self._codex.terse else None
        once = self._source.tier() if "service_tier" in self._codex.start and chance.one_in(6) else None
        model = None
        if chance.one_in(8):
            model = self._model = chance.pick(MODELS)
        return Settings(model, tier, None if once == RESET else once, self._source.filler.schema())

    def _change(self) -> str:
        """Choose a tier for the thread, put it in force, and tell how it is asked for."""
        asked = self._source.tier()
        self._tier = in_force(asked)
        return asked

    def _settings(self) -> Entry:
        """Change the tier of the thread, in an operation that starts no turn."""
        asked, sub = self._change(), self._chance.uuid()
        if self._codex.terse:
            text = messages.submission_fields(
                self._thread, sub, "thread_settings", messages.requested("ThreadSettings")
            )
        else:
            op = messages.thread_settings(self._codex, Settings(tier=asked))
            text = messages.submission(self._codex, sub, op)
        return rows.submission(self._source, "settings", self._thread, text, NOTHING)

    def _steer(self, turn: Turn) -> Entry:
        """Hand in more text for a turn that runs; where there is no mode for that, it counts as a turn of its own."""
        asked = Settings(tier=self._source.tier() if self._chance.one_in(2) else None)
        sub, prompt = self._chance.uuid(), self._source.filler.prompt()
        if self._codex.start:
            op = messages.turn_input(self._codex, prompt, asked, messages.steer(turn.id))
            text = messages.submission(self._codex, sub, op)
            return rows.submission(self._source, "steer", self._thread, text, NOTHING)
        text = messages.submission(self._codex, sub, messages.user_input(self._codex, prompt, asked))
        meaning = Meaning("submission", sub, self._thread, None, asked.first)
        return rows.submission(self._source, "submission", self._thread, text, meaning)

    def _compaction(self) -> Iterator[Entry]:
        """Compact the thread: a turn that an operation of its own asks for, and whose tier may be told nowhere."""
        codex, thread, sub = self._codex, self._thread, self._chance.uuid()
        if codex.terse:
            text, meaning = (
                messages.submission_fields(thread, sub, "compact", "Compact"),
                Meaning("started", sub, thread),
            )
        else:
            text, meaning = messages.submission(codex, sub, "Compact"), Meaning("submission", sub, thread)
        yield rows.submission(self._source, "compact", thread, text, meaning)
        around = spans(codex, Run(thread, sub, self._model, "compact", self._source.filler.folder()))
        # Nothing is sampled in a loop: tags are logged further out, where a turn's id may stand in quotes.
        turn = Turn(sub, thread, self._model, around._replace(sampling=around.dispatch if codex.terse else around.turn))
        if self._chance.one_in(2):
            yield from self._sampling(turn, self._model) if codex.websocket else self._tags(turn)
        yield from self._noise(turn, codex.step)

    def _sampling(self, turn: Turn, answering: str) -> Iterator[Entry]:
        """Send one sampling request, again if the connection is lost, and hear the answer."""
        tier = self._in_force(turn)
        yield rows.request(self._source, turn, tier)
        if self._chance.one_in(16):
            yield rows.request(self._source, turn, tier)
        yield from rows.events(self._source, turn.spans.stream, turn.thread)
        yield rows.completed(self._source, turn, answering, tier)

    def _tags(self, turn: Turn) -> Iterator[Entry]:
        return rows.tags(self._source, turn, self._in_force(turn))

    def _in_force(self, turn: Turn) -> str:
        """Tell the tier that a sampling request runs on: not every model can do priority."""
        tier = turn.once or self._tier
        return DEFAULT if turn.model == BASIC and tier == PRIORITY else tier

    def _noise(self, turn: Turn, count: Range) -> Iterator[Entry]:
        """Say what means nothing, mostly in the outermost span."""
        for _ in range(self._source.count(count)):
            deep = self._chance.one_in(3)
            within = self._chance.pick(turn.spans[:4]) if deep else turn.spans.session
            yield self._source.noise(within, self._thread)
