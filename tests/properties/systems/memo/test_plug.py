"""Claims about plugs: what is refused, and that a row of the model stands in the real table as it is."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from strandline.model.memo.days import Span
from strandline.model.memo.log import Log, Raw, Row
from strandline.model.memo.rules import Rules, text_of
from strandline.properties.systems.memo.driver import view
from strandline.properties.systems.memo.driver.fields import AT_LARGE, Field
from strandline.properties.systems.memo.driver.lockstep import Lockstep
from strandline.properties.systems.memo.driver.plug import CODEX, Plug, in_words
from strandline.properties.systems.memo.driver.real import RealSpace
from strandline.properties.systems.memo.driver.templates import Templates
from strandline.properties.systems.memo.spec.worlds import WORLDS, P

NOTHING = Rules("nothing", text_of, lambda rows, span: ())  # noqa: ARG005 - rules that say nothing
ROWS = (
    Row(1, 10, 7, "t", "v", "text"),
    Row(3, "noon", 8, None, "v", None),
    Row(4, 11, 9, None, None, b"blob"),
    Row(9, -5, 0, None, None, Raw(b"\xff\0")),
)


def stored(plug: Plug) -> list[tuple[Any, ...]]:
    columns = ", ".join(f'"{name}"' for name in plug.projection.columns)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.text_factory = bytes
        gone = Row(5, 1, 1, None, None, "gone")
        plug.make(database, Log((*ROWS[:2], gone)))
        plug.commit(database, Log((*ROWS[:2], gone)), Log(ROWS, 40))
        database.execute(plug.insert, P._asdict() | {"id": None, "nanos": 1})
        return database.execute(f'SELECT {columns} FROM "{plug.projection.table}"').fetchall()  # noqa: S608 - a test's


def test_a_row_of_the_model_stands_in_the_table_of_codex_as_it_is() -> None:
    *rows, last = stored(CODEX)
    assert rows == [
        (1, 10, 7, b"text", b"t", b"v"),
        (3, b"noon", 8, None, None, b"v"),
        (4, 11, 9, b"blob", None, None),
        (9, -5, 0, b"\xff\0", None, None),
    ]
    assert last[0] == 41


def test_a_plug_whose_sides_do_not_agree_on_the_fraction_of_the_second_is_refused() -> None:
    with pytest.raises(ValueError, match="'codex' keep moments, or the projection has nanos: both or neither"):
        replace(CODEX, projection=replace(CODEX.projection, nanos=None))
    with pytest.raises(ValueError, match="both or neither"):
        replace(CODEX, rules=replace(CODEX.rules, moments=False))


def test_a_plug_with_more_owners_than_the_model_has_place_for_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for more than 2 columns of owners"):
        replace(CODEX, projection=replace(CODEX.projection, owners=("a", "b", "c")))


def test_a_world_of_other_rows_is_refused_by_search_and_stage_alike() -> None:
    message = "a world of 'nothing' rows cannot be played in a table of 'codex'"
    with Templates() as templates:
        with pytest.raises(ValueError, match=message):
            RealSpace(replace(WORLDS["prune"], rules=NOTHING), templates)
        fields = {"field": Field(replace(AT_LARGE, rules=NOTHING), "wal")}
        with pytest.raises(ValueError, match=message):
            Lockstep("field", templates, Counter(), fields=fields)


def test_the_view_shows_as_many_owners_as_the_projection_reads() -> None:
    assert [view.log_row(ROWS[0], owners).owners for owners in (0, 1, 2)] == [(), (b"t",), (b"t", b"v")]


def test_what_a_plug_does_not_put_in_words_is_told_by_its_parts() -> None:
    assert in_words(("import", "failed", 7)) == "import failed 7"
    assert in_words("import") == "import"


def test_codex_tells_its_facts_and_turns_as_ever() -> None:
    fact = CODEX.rules.fact(P.body)
    (turn,) = CODEX.rules.answer([Row(1, 10, 1, "t", None, P.body)], Span(None, None))
    assert (CODEX.fact(fact), CODEX.item(turn)) == ("request p", "p (m)")
