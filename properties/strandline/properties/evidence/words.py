"""The words on a drawing that its reader may not know, for somebody who has nothing but the page."""

from __future__ import annotations

from typing import Final

from strandline.properties.evidence.markup import Markup, tag

WORDS: Final = {
    "p (m)": "an item of an answer: turn p, which ran on model m",
    "memo": "what a refresh leaves behind, so that the next one need not read the whole log",
    "cursor": "the highest id of a row that the memo has read",
    "coverage": "the earliest instant that the memo holds",
    "identity": "the file that the memo speaks for, by its inode number",
    "snapshot": "the commit that the memo rests on; only the checker knows it",
    "anchors": "rows that the memo remembers, to find out whether the log is still the one that it was read from",
    "gaps": "ids that the memo knows to be deleted",
    "epoch": "a number that a forced drop of the memo raises",
    "write-back": "what becomes of a memo at the end of a refresh: it is stored, or gives way to what is there",
    "full scan": "all rows read and parsed, without a memo; what that says is what is true",
    "path": "where the log lies; another file may be put there while a refresh reads",
}
"""The words, and what they mean."""


def words() -> Markup:
    """Explain them."""
    pairs = (piece for word, means in WORDS.items() for piece in (tag("dt", word, class_="mono"), tag("dd", means)))
    steps = (
        "Each line is one step, and between any two of them anybody may act. A refresh takes its steps in order: it "
        "looks where the path leads, connects, reads in one transaction, checks the path again, and swaps its memo in."
    )
    return tag("details", tag("summary", "Words on the drawings"), tag("p", steps), tag("dl", *pairs, class_="words"))
