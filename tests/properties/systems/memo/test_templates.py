"""Claims about the files made for logs that are values."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo.effects import Missing
from strandline.impl.memo.files import SystemFiles
from strandline.impl.memo.product.writer import schema
from strandline.model.memo.days import Span
from strandline.model.memo.log import Log, Raw, Row
from strandline.model.memo.oracle import oracle
from strandline.properties.systems.memo.driver.fields import TEMPLATES
from strandline.properties.systems.memo.driver.templates import UNSIGHTED, Templates
from strandline.properties.systems.memo.live.truth import FullScan, read_truth

if TYPE_CHECKING:
    from collections.abc import Iterator

EVER = Span(None, None)
ROWS = tuple(Row(number, body[0], number, *body[1:]) for number, body in enumerate(TEMPLATES, 1))
LOG = Log(ROWS, 99)


@pytest.fixture
def templates() -> Iterator[Templates]:
    with Templates() as templates:
        yield templates


def stored(templates: Templates, log: Log) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(templates.path(log))) as database:
        database.text_factory = bytes
        return database.execute(
            "SELECT id, ts, ts_nanos, thread_id, process_uuid, typeof(feedback_log_body), feedback_log_body FROM logs"
        ).fetchall()


def test_a_file_holds_every_row_as_it_stands_whatever_its_body_is(templates: Templates) -> None:
    kinds = {type(None): b"null", bytes: b"blob", str: b"text", Raw: b"text"}
    rows = stored(templates, LOG)
    assert [row[:3] for row in rows] == [
        (row.id, row.ts.encode() if isinstance(row.ts, str) else row.ts, row.nanos) for row in ROWS
    ]
    assert [row[5] for row in rows] == [kinds[type(row.body)] for row in ROWS]
    assert [row[6] for row in rows if isinstance(row[6], bytes)] == [
        row.body.data if isinstance(row.body, Raw) else row.body.encode() if isinstance(row.body, str) else row.body
        for row in ROWS
        if row.body is not None
    ]


def test_the_oracle_says_the_same_of_the_file_and_of_the_value(templates: Templates) -> None:
    found = read_truth(templates.path(LOG), EVER)
    assert isinstance(found, FullScan)
    assert found.truth == oracle(ROWS, EVER)


def test_a_file_goes_on_with_the_sequence_of_its_log(templates: Templates) -> None:
    with closing(sqlite3.connect(templates.path(LOG))) as database:
        assert schema.one(database, schema.HIGHEST) == LOG.sequence


def test_one_file_is_made_for_each_distinct_log(templates: Templates) -> None:
    assert templates.path(LOG) == templates.path(Log(tuple(ROWS), 99))
    assert len({templates.path(log) for log in (LOG, Log(), Log(ROWS, 100), Log(ROWS[1:], 99))}) == 4


def test_nothing_is_nowhere(templates: Templates) -> None:
    templates.path(LOG)
    assert SystemFiles().locate(templates.nowhere) == Missing()


def test_a_connection_to_a_log_is_pinned_as_it_was_sighted(templates: Templates) -> None:
    with closing(templates.connection(LOG, UNSIGHTED)) as connection:
        assert connection.sighting == UNSIGHTED
        connection.begin()
        with connection.transaction() as log:
            assert (log.highest(), log.sequence()) == (len(ROWS), 99)


@pytest.mark.parametrize("span", [EVER, Span(11, None), Span(15, 18)])
def test_the_one_shot_path_agrees_with_the_oracle(templates: Templates, span: Span) -> None:
    assert templates.one_shot(ROWS, span) == templates.one_shot(ROWS, span) == oracle(ROWS, span)
    assert templates.one_shot((), span) == oracle((), span)


def test_the_files_are_gone_when_the_templates_are_closed() -> None:
    with Templates() as templates:
        path = templates.path(LOG)
        assert path.exists()
    assert not path.exists()
