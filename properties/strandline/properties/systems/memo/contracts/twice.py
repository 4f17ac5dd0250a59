"""What is written twice, for the model and for the scanner, and which pairs the prover compares."""

from __future__ import annotations

from typing import Final, NamedTuple

from strandline.impl.memo import order as impl_order
from strandline.model.memo import order as model_order
from strandline.properties.engines.contracts.condition import Condition
from strandline.properties.systems.memo.contracts import sides, wrong, wrong_orders

_SIDES: Final = sides.__name__
_WRONG: Final = wrong.__name__
_MODEL_ORDER: Final = f"{model_order.__name__}.dominates"


class Pair(NamedTuple):
    """One idea in two texts: where each stands, and the condition that they agree, or what holds them together else."""

    model: str
    impl: str
    agree: Condition | None = None
    instead: str = ""


def _sides(law: str, says: str, name: str, bounds: str = "all ints") -> Condition:
    targets = (f"{_SIDES}.model_{name}", f"{_SIDES}.impl_{name}")
    return Condition(law, f"model and scanner agree on {says}", "diffbehavior", targets, bounds)


TWICE: Final = (
    Pair(
        "order.dominates",
        "order.dominates",
        Condition(
            "M4",
            "model and scanner agree on the order",
            "diffbehavior",
            (_MODEL_ORDER, f"{impl_order.__name__}.dominates"),
            "all ints",
            quick=True,
        ),
    ),
    Pair("memo.write_back", "memo.write_back", _sides("M3", "the write-back", "decide")),
    Pair("memo.bounded", "memo.bounded", _sides("M10", "the cut", "bounded_from_one", "three sources, any gap")),
    Pair("memo.latest", "scan._anchors", _sides("M6", "the anchors", "latest", "three rows in two partitions")),
    Pair("memo._resume", "scan._believe", _sides("M6", "why a log is scanned in full", "resumed", "three rows")),
    Pair(
        "memo.absorb",
        "scan.read",
        _sides("M1", "what a read absorbs", "read_on", "three rows, each there or not after the first read"),
    ),
    Pair("refresh._is_unchanged", "connection.is_unchanged", _sides("M5", "what is unchanged", "unchanged")),
    Pair("days.Span.holds", "window.Span.holds", _sides("M7", "which instants a span holds", "holds_open")),
    Pair(
        "memo._merged",
        "memo.merged",
        instead="the same ids, apart and in any order are proved of each; `agree` compares them with more gaps",
    ),
    Pair("memo._absent", "scan._walked_back", instead="a walk has no end for the prover; `agree` compares memos"),
    Pair("days.start_of", "window.start_of_day", instead="zones are no ints; `agree` compares days of many zones"),
    Pair("facts.fact", "parse.parse", instead="bodies are no ints; `agree` compares traps and drawn bodies"),
    Pair("bodies.parted", "structure.body", instead="the same; one question draws nothing but spans"),
    Pair("bodies.fields", "debugprint.fields", instead="the same; one question draws nothing but submissions"),
    Pair("bodies.unescaped", "ruststring.unescaped", instead="the same; every part of a body may be a string"),
    Pair("truth.skip", "scan._unread", instead="the same; `agree` compares drawn rows of every reason"),
    Pair("oracle.oracle", "codex.join", instead="turns have names; `agree` compares drawn rows"),
    Pair("oracle.counts", "codex.summarize", instead="the same"),
    Pair("world.step", "refresh.step", instead="whole steps; the search holds each real one beside the model's"),
)
"""Every function that model and scanner have both."""

CONDITIONS: Final = tuple(pair.agree for pair in TWICE if pair.agree is not None)
"""That the texts which can be compared agree."""


def _refuted(law: str, says: str, *targets: str) -> Condition:
    return Condition(law, f"model and scanner agree on {says}", "diffbehavior", targets, "all ints")


REFUTED: Final = (
    _refuted("M4", "an order that leaves the epoch out", _MODEL_ORDER, f"{wrong_orders.__name__}.blind_to_epoch"),
    _refuted("M4", "an order that prefers the narrower memo", _MODEL_ORDER, f"{wrong_orders.__name__}.narrower"),
    *(
        _refuted(law, says, f"{_SIDES}.model_{name}", f"{_WRONG}.{other}")
        for law, says, name, other in (
            ("M3", "a write-back that tops up the narrower memo", "decide", "tops_up_the_narrower"),
            ("M10", "a cut that leaves the cursor", "bounded_from_one", "cut_from_one_behind_the_cursor"),
            ("M6", "one anchor", "latest", "one_anchor"),
            ("M6", "a memo known by its newest row", "resumed", "known_by_its_newest_row"),
            ("M1", "a read that goes back", "read_on", "goes_on_and_back"),
            ("M5", "a memo that answers whoever made it", "unchanged", "unchanged_whoever_made_it"),
            ("M7", "a span that begins late", "holds_open", "late_or_open"),
        )
    ),
)
"""What is to be refuted: that the model agrees with a text that is wrong."""
