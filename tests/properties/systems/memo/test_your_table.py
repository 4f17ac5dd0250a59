"""Claims about the page on other tables, whose trial `test_docs_code.py` runs: every mistake that it names is found."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import pytest

from strandline.model.memo.state import Template
from strandline.properties.core.system import SHIPPED
from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.stateful.play import UNSHRUNK, play
from strandline.properties.evidence.lanes import lanes
from strandline.properties.systems.memo.driver.rewriting import rewritable
from strandline.properties.systems.memo.spec.laws import LAWS
from strandline.properties.systems.memo.stateful.machine import RewritingMachine
from strandline.properties.systems.memo.trial import trial

if TYPE_CHECKING:
    from strandline.properties.systems.memo.trial import Trial

pytestmark = pytest.mark.checkout

PAGE: Final = Path(__file__).parents[4] / "docs" / "your-table.md"
LINES_MAX: Final = 50
"""How long the projection of another table may be."""


def blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def page() -> Any:  # noqa: ANN401 - the names of the page's own code
    """What the code of the page defines, without the trial itself."""
    names: dict[str, Any] = {"__name__": "page"}
    told = blocks()
    for block in (*told[:2], *told[3:]):
        exec(compile(block, str(PAGE), "exec"), names)  # noqa: S102 - the page of this tree
    return SimpleNamespace(**names)


def laws(found: Trial) -> dict[str, set[str]]:
    """Give the broken laws by what broke them."""
    broken: dict[str, set[str]] = {}
    for exhibit in found.exhibits:
        assert exhibit.broken
        broken.setdefault(exhibit.trace.subject, set()).add(exhibit.trace.law)
    return broken


def test_the_projection_is_short() -> None:
    assert len(blocks()[0].splitlines()) <= LINES_MAX


def test_the_answer_of_the_page_is_none_that_the_join_of_codex_could_give(page: Any) -> None:  # noqa: ANN401 - the page's
    """A row of one kind takes back what another one said."""
    started, finished = (row.body.encode() for row in (page.STARTED, page.FINISHED))
    facts = [page.Fact(1, 10, 0, page.parse(started), None, b""), page.Fact(2, 20, 0, page.parse(finished), None, b"")]
    everything = page.Span(None, None)
    assert page.join(facts[:1], everything) == (("import", "started", 10),)
    assert page.join(facts, everything) == ()
    assert page.join(facts, page.Span(None, 20)) == (("import", "started", 10),)


def test_a_scanner_that_goes_on_from_its_rows_unseen_is_caught(page: Any) -> None:  # noqa: ANN401 - the page's
    found = trial(page.EVENTS, {"jobs": page.WORLDS["jobs"]}, {}, subject="blind sources")
    assert laws(found)["blind sources"] >= {"M1"}
    (drawn,) = ["\n".join(lanes(one, LAWS)) for one in found.exhibits if one.trace.law == "M1"]
    assert re.search(r"the answer: .*import started 100\d", drawn)
    assert re.search(r"(?m)the full scan: +export failed 100\d$", drawn)


def test_a_parser_that_leaves_a_state_out_is_caught(page: Any) -> None:  # noqa: ANN401 - the page's
    def parse(body: bytes) -> Any:  # noqa: ANN401 - the page's
        return None if b"finished" in body else page.parse(body)

    found = trial(with_projection(page, parse=parse), {"jobs": page.WORLDS["jobs"]}, {})
    assert found.verdict is Verdict.VIOLATED
    assert "M1" in laws(found)["shipped"]
    assert "model" not in laws(found)


def test_a_marker_that_not_every_event_bears_is_caught(page: Any) -> None:  # noqa: ANN401 - the page's
    found = trial(with_projection(page, markers=('"started"',)), {"jobs": page.WORLDS["jobs"]}, {})
    assert "M1" in laws(found)["shipped"]


def test_a_marker_that_not_every_event_bears_lets_the_games_part_ways(page: Any) -> None:  # noqa: ANN401 - the page's
    found = trial(with_projection(page, markers=('"started"',)), {}, page.FIELDS)
    assert found.verdict in {Verdict.BROKEN, Verdict.VIOLATED}


def test_a_join_that_counts_facts_from_outside_of_the_span_is_caught(page: Any) -> None:  # noqa: ANN401 - the page's
    def join(facts: Any, _: Any) -> Any:  # noqa: ANN401 - the page's
        return page.join(facts, page.Span(None, None))

    found = trial(with_projection(page, join=join), {"few jobs": page.WORLDS["few jobs"]}, {})
    assert {"M1", "M7"} <= laws(found)["shipped"]


def test_a_projection_of_another_column_is_never_taken_for_an_answer(page: Any) -> None:  # noqa: ANN401 - the page's
    found = trial(with_projection(page, ts="since"), {"jobs": page.WORLDS["jobs"]}, {})
    assert laws(found) == {"shipped": {"M5"}}
    assert any(line.startswith("M7: never seen") for line in found.short) is False


def test_rows_that_nothing_tells_apart_break_the_scanner_and_its_model_alike(page: Any) -> None:  # noqa: ANN401 - the page's
    """What the assumptions say of a table without a fraction of the second.

    A row without an integer for its time has no second of its own. The memo knows noise at 1 and such a row at 2; a
    file with the same inode number has an event at 1, and at 2 the very same row: it is looked up as a source, and the
    anchor matches, and the event is not read.
    """
    noon, noise = Template("noon", None, None, "noise"), Template(1_000, None, None, "noise")
    alike = replace(
        page.WORLDS["jobs"],
        templates=(page.STARTED, noon, noise),
        refreshers=1,
        born_with=(2, 1),
        budget=(("reissue", 1), ("hang up", 1), ("start", 2)),
    )
    broken = laws(trial(page.EVENTS, {"alike": alike}, {}))
    assert "M1" in broken["model"]
    assert "M1" in broken["shipped"]


# Rows that are updated in place

EVENTS_WAYS: Final = {
    "update": "UPDATE events SET payload = :body WHERE seq = :old",
    "replace": "INSERT OR REPLACE INTO events (seq, at, kind, payload) VALUES (:old, :ts, 'job', :body)",
    "upsert": "INSERT INTO events (seq, at, kind, payload) VALUES (:old, :ts, 'job', :body)"
    " ON CONFLICT (seq) DO UPDATE SET payload = excluded.payload",
}


@pytest.mark.parametrize("way", EVENTS_WAYS)
def test_a_table_whose_rows_are_updated_in_place_violates_the_trial(page: Any, way: str) -> None:  # noqa: ANN401 - the page's
    """H18, and its kinds: the row stays where it was, and nobody looks there."""
    found = trial(replace(page.EVENTS, rewrites=(EVENTS_WAYS[way],)), page.TASK_WORLDS, {})
    assert found.verdict is Verdict.VIOLATED
    assert laws(found) == {"model": {"M1", "M5", "M7"}, "shipped": {"M1", "M5", "M7"}}
    (drawn,) = [
        "\n".join(lanes(one, LAWS)) for one in found.exhibits if (one.trace.subject, one.trace.law) == ("shipped", "M5")
    ]
    assert re.search(r"write (noise|import started|import finished)\b", drawn)


def test_the_smallest_history_of_the_page_leaves_a_memo_stale_without_a_word(page: Any, tmp_path: Path) -> None:  # noqa: ANN401 - the page's
    told = re.findall(r"^```sql\n(.*?)^```$", PAGE.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    table, history = told
    rows = [line.removeprefix("-- ").split(" | ") for line in history.splitlines() if line.count(" | ") == 3]
    (update,) = [line for line in history.splitlines() if line.startswith("UPDATE")]
    everything = page.Window(None, None, page.ZoneInfo("UTC"))
    with (
        closing(sqlite3.connect(tmp_path / "app.sqlite")) as writer,
        page.Scanner(tmp_path / "app.sqlite", page.JOBS) as scanner,
    ):
        writer.execute(table.partition(";")[0])
        writer.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", rows)
        writer.commit()
        started = scanner.turns(everything).turns
        writer.execute(update)
        writer.commit()
        assert [job.state for job in started] == ["started", "started"]
        assert scanner.turns(everything).turns == started
        scanner.drop()
        assert [job.state for job in scanner.turns(everything).turns] == ["started", "failed"]


def test_the_table_that_numbers_its_rows_anew_is_searched_without_a_fault(page: Any) -> None:  # noqa: ANN401 - the page's
    found = trial(page.TASKED, page.TASK_WORLDS, {})
    assert found.exhibits == ()
    assert [line.partition(":")[0] for line in found.short] == ["M2", "M3", "M8", "M10"]


@pytest.mark.search
def test_the_table_that_numbers_its_rows_anew_passes_the_trial_with_everything_seen(page: Any) -> None:  # noqa: ANN401 - the page's
    found = trial(page.TASKED, page.TASK_WORLDS, page.FIELDS, cases=100)
    assert (found.verdict, found.exhibits, found.short) == (Verdict.HOLDS, (), ())


@pytest.mark.parametrize(
    "triggers",
    [
        lambda create: create[:3],
        lambda create: (*create[:3], create[3].replace(", payload", "")),
    ],
    ids=["no trigger", "a trigger that leaves a column out"],
)
def test_an_update_that_leaves_the_number_as_it_was_violates_the_trial(page: Any, triggers: Any) -> None:  # noqa: ANN401 - the page's
    found = trial(replace(page.TASKED, create=triggers(page.CREATE)), page.TASK_WORLDS, {})
    assert laws(found)["shipped"] >= {"M1"}


@pytest.mark.search
def test_a_game_finds_rows_that_are_updated_in_place_as_well(page: Any) -> None:  # noqa: ANN401 - the page's
    """Beside the model: what the scanner misses its model misses alike, so that a law is broken and nothing parts."""
    plug = replace(page.EVENTS, rewrites=(EVENTS_WAYS["update"],))
    fields = {name: field._replace(scope=rewritable(plug, field.scope)) for name, field in page.FIELDS.items()}
    _, broken = play(partial(RewritingMachine.on, fields=fields, plug=plug), SHIPPED, UNSHRUNK)
    assert broken is not None
    assert broken.law in {"M1", "M5", "M7"}


def with_projection(page: Any, **changes: Any) -> Any:  # noqa: ANN401 - the page's
    """The plug of the page with another projection."""
    return replace(page.EVENTS, projection=replace(page.JOBS, **changes))
