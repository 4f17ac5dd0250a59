"""Rows that no codex writes: what a scanner meets after a crash, a migration, or somebody else's hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.impl.memo.product.writer.synthetic.entry import NOTHING, Entry, Meaning
from strandline.impl.memo.product.writer.synthetic.messages import dump

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.impl.memo.product.writer.synthetic.filler import Chance

_CUT: Final = 3
"""How many characters are cut off: enough to leave a string or a bracket open."""


def corrupt(entry: Entry, chance: Chance) -> Entry:
    """Spoil a row in a way that its kind allows, and tell what it means now."""
    ways: tuple[Callable[[str, Meaning], tuple[str | None, Meaning]], ...] = (
        _null,
        _quoted,
        *_WAYS.get(entry.form, ()),
    )
    body, meaning = chance.pick(ways)(entry.body or "", entry.meaning)
    return entry._replace(form="malformed", body=body, meaning=meaning)


def _null(_body: str, _meaning: Meaning) -> tuple[None, Meaning]:
    return None, NOTHING


def _quoted(body: str, _meaning: Meaning) -> tuple[str, Meaning]:
    """Quote the row in one that means nothing, spans and all."""
    return f"output: handling {body}", NOTHING


def _torn(body: str, _meaning: Meaning) -> tuple[str, Meaning]:
    """Cut a row that then states nothing."""
    return body[:-_CUT], NOTHING


def _unreadable(body: str, _meaning: Meaning) -> tuple[str, Meaning]:
    """Cut a row that begins as one of a kind that must be readable."""
    return body[:-_CUT], Meaning("unreadable")


def _trailing(body: str, meaning: Meaning) -> tuple[str, Meaning]:
    """Add what does not count."""
    return f"{body} and \0 more", meaning


def _blank(body: str, meaning: Meaning) -> tuple[str, Meaning]:
    """Blank the model, without which an answer says nothing."""
    return body.replace(f'"model": {dump(meaning.model)}', '"model": " "'), NOTHING


def _unnamed(body: str, meaning: Meaning) -> tuple[str, Meaning]:
    """Blank the id of a submission, so that it is of no turn."""
    return body.replace(f'id: "{meaning.turn}"', 'id: " "', 1), meaning._replace(turn=None)


def _nul(body: str, meaning: Meaning) -> tuple[str, Meaning]:
    """Hide all that follows the first span from whoever stops at a NUL."""
    return body.replace(":turn{", ":tide{\0}:turn{", 1), meaning


_WAYS: Final = {
    "submission": (_unreadable, _unnamed),
    "steer": (_unreadable,),
    "tags": (_unreadable, _trailing, _nul),
    "request": (_torn, _trailing, _nul),
    "completed": (_torn, _trailing, _blank, _nul),
    "warm-up": (_torn, _trailing),
    "rerouted": (_nul,),
}
"""What may be done to a row of each form, besides the ways that any row can go."""
