"""Claims about rows that are written over: a plug's own statements are executed, and the table is read back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from strandline.model.memo.days import Span
from strandline.model.memo.environment import REWRITE
from strandline.model.memo.log import Draft, Log, Raw, Row
from strandline.model.memo.state import Rewrite, Scope, Template, Window
from strandline.properties.systems.memo.driver.plug import CODEX, Plug
from strandline.properties.systems.memo.driver.rewriting import rewritable
from strandline.properties.systems.memo.spec.worlds import WORLDS
from strandline.properties.systems.memo.trial import trial

UPDATE = "UPDATE logs SET feedback_log_body = :body, ts_nanos = :nanos WHERE id = :old"
ANEW = "UPDATE logs SET id = :id, feedback_log_body = :body WHERE id = :old"
SCOPE = Scope(windows=(Window(Span(None, None)),), templates=(Template(10, "t", None, "one"),), budget=())
LOG = Log(
    (
        Row(1, 10, 1, "t", None, "one"),
        Row(2, 20, 2, None, "p", None),
        Row(3, "noon", 3, None, None, b"blob"),
        Row(4, 40, 4, "t", "p", Raw(b"\xff")),
        Row(5, 50, 5, None, None, Raw(b"\x00 as text")),
    ),
    7,
)


def way(statement: str, plug: Plug = CODEX) -> Rewrite:
    """What a statement makes of a log."""
    (only,) = rewritable(replace(plug, rewrites=(statement,)), SCOPE).rewrites
    return only


@pytest.mark.parametrize("body", ["new", None, b"blob", Raw(b"\xff new"), "na\u00efve \U0001f30a"], ids=str)
def test_a_row_is_written_over_and_every_other_one_is_as_it_was(body: str | bytes | Raw | None) -> None:
    after = way(UPDATE)(LOG, 1, Draft(99, 9, "other", None, body))
    assert after == Log((Row(1, 10, 9, "t", None, body), *LOG.rows[1:]), 7)


def test_a_row_that_gets_a_new_id_is_where_new_rows_are() -> None:
    after = way(ANEW)(LOG, 2, Draft(99, 9, None, None, "new"))
    assert [row.id for row in after.rows] == [1, 3, 4, 5, 8]
    assert (after.rows[-1], after.sequence) == (Row(8, 20, 2, None, "p", "new"), 8)


def test_what_a_statement_makes_by_itself_is_read_as_text() -> None:
    after = way("UPDATE logs SET feedback_log_body = upper(:body) WHERE id = :old")(
        LOG, 1, Draft(1, 1, None, None, "a")
    )
    assert after.rows[0].body == "A"


def test_a_statement_that_breaks_a_constraint_leaves_the_log_as_it_was() -> None:
    assert (
        way("UPDATE logs SET id = :old % 5 + 1, ts = :ts WHERE id = :old")(LOG, 1, Draft(1, 1, None, None, "a")) == LOG
    )


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE logs SET body = :body", "SQLite cannot execute UPDATE logs SET body = :body: no such column: body"),
        ("UPDATE logs SET ts = 1 WHERE id = 77", "it writes over no row of any template: UPDATE logs SET ts = 1"),
    ],
)
def test_a_statement_that_does_nothing_is_refused_before_the_trial(statement: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        trial(replace(CODEX, rewrites=(statement,)), {"empty": WORLDS["empty"]}, {})
    assert "\n" not in str(caught.value)


def test_a_world_that_rewrites_rows_is_refused_if_the_plug_knows_no_way() -> None:
    world = replace(WORLDS["empty"], budget=((REWRITE, 1), ("start", 1)))
    with pytest.raises(ValueError, match="a world is to rewrite rows, and the plug of 'codex' rows has no rewrites"):
        trial(CODEX, {"empty": world}, {})


def test_a_trial_in_which_no_row_was_written_over_says_so() -> None:
    found = trial(replace(CODEX, rewrites=(UPDATE,)), {"empty": WORLDS["empty"]}, {})
    assert any(line.startswith("no row was written over") for line in found.short)


def test_a_commit_may_write_over_a_row() -> None:
    after = Log((Row(1, 10, 9, "t", None, "new"), *LOG.rows[2:]), 7)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        CODEX.make(database, LOG)
        CODEX.commit(database, LOG, after)
        rows = database.execute("SELECT id, ts_nanos FROM logs ORDER BY id").fetchall()
    assert rows == [(1, 9), (3, 3), (4, 4), (5, 5)]
