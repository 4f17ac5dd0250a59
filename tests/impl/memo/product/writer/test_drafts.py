from __future__ import annotations

import re
from collections import Counter
from itertools import islice, pairwise
from statistics import median
from typing import TYPE_CHECKING, Any, get_args

import pytest

from strandline.impl.memo.product.writer import schema
from strandline.impl.memo.product.writer.drafts import Line, drafts, lines
from strandline.impl.memo.product.writer.plan import Plan
from strandline.impl.memo.product.writer.synthetic.codexes import Name
from strandline.impl.memo.product.writer.synthetic.entry import Form, Meaning
from strandline.impl.memo.product.writer.synthetic.filler import BASIC, USUAL

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = 1_800_000_000


@pytest.mark.parametrize("codex", get_args(Name))
def test_one_seed_gives_one_sequence_of_rows(codex: Name) -> None:
    first, again, other = ([*islice(drafts(Plan(codex=codex, seed=seed), NOW), 300)] for seed in (1, 1, 2))
    assert first == again
    assert first != other


# What a version logs


def played(codex: Name, rows: int = 20_000, **options: Any) -> list[Line]:  # noqa: ANN401 - each option has its own type
    return [*islice(lines(Plan(codex=codex, malformed=0.0, **options), NOW), rows)]


@pytest.fixture(scope="module")
def logs() -> dict[str, list[Line]]:
    return {codex: played(codex) for codex in get_args(Name)}


def bodies(log: list[Line], form: str) -> list[bytes]:
    return [str(line.draft.body).encode() for line in log if line.entry.form == form]


def by_turn(log: list[Line], kind: str) -> dict[str, list[Meaning]]:
    """What the rows of a kind mean, by turn."""
    gathered: dict[str, list[Meaning]] = {}
    for _, entry in log:
        if entry.meaning.kind == kind and entry.meaning.turn is not None:
            gathered.setdefault(entry.meaning.turn, []).append(entry.meaning)
    return gathered


@pytest.mark.parametrize(
    ("codex", "kinds"),
    [
        ("0.140", {"submission", "request", "completed", "rerouted"}),
        ("0.149", {"submission", "rerouted"}),
        ("0.158", {"submission", "tags", "rerouted"}),
        ("0.171", {"started", "tags", "rerouted"}),
    ],
)
def test_a_version_logs_its_kinds_and_no_other(logs: dict[str, list[Line]], codex: str, kinds: set[str]) -> None:
    assert {entry.meaning.kind for _, entry in logs[codex]} == {None, *kinds}


@pytest.mark.parametrize(
    ("codex", "form", "least", "most"),
    [
        ("0.171", "noise", 420, 490),
        ("0.171", "started", 380, 480),
        ("0.171", "tags", 10_300, 11_300),
        ("0.158", "tags", 7_000, 7_900),
        ("0.140", "request", 25_000, 30_000),
        ("0.140", "completed", 1_000, 1_300),
        ("0.140", "event", 750, 900),
    ],
)
def test_rows_are_as_large_as_those_of_a_codex_process(
    logs: dict[str, list[Line]], codex: str, form: str, least: int, most: int
) -> None:
    sizes = [*map(len, bodies(logs[codex], form))]
    assert least < sum(sizes) / len(sizes) < most


def test_requests_reach_from_14_to_41_kilobytes(logs: dict[str, list[Line]]) -> None:
    sizes = [*map(len, bodies(logs["0.140"], "request"))]
    assert 13_000 < min(sizes) < 16_000
    assert 38_000 < max(sizes) < 45_000


@pytest.mark.parametrize(("codex", "rows"), [("0.140", 70), ("0.149", 24), ("0.158", 24), ("0.171", 24)])
def test_most_turns_have_as_many_rows_as_a_short_one_of_a_codex_process(codex: Name, rows: int) -> None:
    forms = [entry.form for _, entry in played(codex, threads=1) if entry.thread]
    starts = [place for place, form in enumerate(forms) if form in {"submission", "started", "compact"}]
    lengths = [after - before for before, after in pairwise(starts)]
    assert 0.8 * rows < median(lengths) < 1.2 * rows


def test_levels_are_about_equal_and_half_of_the_rows_name_no_thread(logs: dict[str, list[Line]]) -> None:
    for codex in ("0.149", "0.158", "0.171"):
        levels = Counter(entry.place.level for _, entry in logs[codex])
        assert all(0.28 < levels[level] / 20_000 < 0.38 for level in ("TRACE", "DEBUG", "INFO"))
    for log in logs.values():
        assert 0.45 < sum(entry.thread is None for _, entry in log) / 20_000 < 0.55


def test_less_noise_leaves_what_means_something() -> None:
    none = Counter(entry.form for _, entry in played("0.171", rows=1000, noise=0.0))
    some = Counter(entry.form for _, entry in played("0.171", rows=1000, noise=0.1))
    assert none["noise"] == 0
    assert 0.3 < some["noise"] / 1000 < 0.7
    assert none.keys() | {"noise"} == some.keys()


# What turns do


@pytest.mark.parametrize(("codex", "kind"), [("0.140", "request"), ("0.158", "tags"), ("0.171", "tags")])
def test_turns_sample_more_than_once_and_some_change_their_tier_half_way(
    logs: dict[str, list[Line]], codex: str, kind: str
) -> None:
    tiers = [[one.tier for one in of_turn] for of_turn in by_turn(logs[codex], kind).values()]
    assert any(len(of_turn) > 2 for of_turn in tiers)
    assert any("priority" in of_turn and of_turn[-1] != "priority" for of_turn in tiers)
    assert any("priority" in of_turn and of_turn[0] != "priority" for of_turn in tiers)


def test_turns_inherit_their_tier_and_do_not_always_get_what_they_ask_for() -> None:
    log = played("0.158", threads=60)
    tags = by_turn(log, "tags")
    asked = {turn: of_turn[0].tier for turn, of_turn in by_turn(log, "submission").items() if turn in tags}
    in_force = {turn: {one.tier for one in of_turn} for turn, of_turn in tags.items()}
    assert {tier for tiers in in_force.values() for tier in tiers} == {"priority", "default", "flex", "unset"}
    assert any(tier is None and in_force[turn] == {"priority"} for turn, tier in asked.items())
    assert any(tier in {"priority", "fast"} and "priority" not in in_force[turn] for turn, tier in asked.items())
    assert {*asked.values()} == {None, "priority", "fast", "flex", "default"}


def test_nothing_tells_the_tier_of_some_turns(logs: dict[str, list[Line]]) -> None:
    assert any(of_turn[0].tier is None for of_turn in by_turn(logs["0.149"], "submission").values())
    assert by_turn(logs["0.171"], "started").keys() - by_turn(logs["0.171"], "tags").keys()
    assert by_turn(logs["0.140"], "submission").keys() - by_turn(logs["0.140"], "request").keys()


def test_settings_alone_and_steers_mean_nothing_and_compaction_is_a_turn(logs: dict[str, list[Line]]) -> None:
    for codex, log in logs.items():
        kinds = {form: {line.entry.meaning.kind for line in log if line.entry.form == form} for form in get_args(Form)}
        assert kinds["settings"] == {None}
        assert kinds["steer"] == ({None} if codex in {"0.149", "0.158"} else set())
        assert kinds["compact"] == {"started" if codex == "0.171" else "submission"}
    assert all(b" mode: Steer { expected_turn_id: " in body for body in bodies(logs["0.158"], "steer"))
    assert all(b" op: Compact, " in body for body in bodies(logs["0.158"], "compact"))
    assert all(b' operation="compact" ' in body for body in bodies(logs["0.171"], "compact"))
    assert any(b'service_tier: Some(Some("priority"))' in body for body in bodies(logs["0.149"], "settings"))


def test_warm_ups_are_of_no_thread_and_of_no_turn(logs: dict[str, list[Line]]) -> None:
    warm = [
        (entry.thread, entry.meaning.kind, entry.meaning.turn) for _, entry in logs["0.140"] if entry.form == "warm-up"
    ]
    assert {*warm} == {(None, "request", None), (None, "completed", None)}


def test_turns_are_nested_in_turns_of_other_threads(logs: dict[str, list[Line]]) -> None:
    for log in logs.values():
        nested = [entry for _, entry in log if str(entry.body).count(":turn{") == 2 and entry.meaning.turn]
        assert nested
        for entry in nested:
            outer, inner = (text[: text.index("}")] for text in str(entry.body).split(":turn{")[1:])
            assert f"turn.id={entry.meaning.turn} " in inner
            assert f"turn.id={entry.meaning.turn} " not in outer
        assert any(f"thread.id={entry.meaning.thread} " not in str(entry.body).split(":turn{")[1] for entry in nested)


def test_a_turn_may_stand_in_quotes_in_a_request_or_alone_in_the_spans(logs: dict[str, list[Line]]) -> None:
    tags = bodies(logs["0.171"], "tags")
    assert any(re.search(rb' turn\.id="[0-9a-f-]+"}: model=', body) for body in tags)
    assert any(re.search(rb'"turn_id":"[0-9a-f-]+"}$', body) for body in bodies(logs["0.140"], "request"))
    for log in logs.values():
        assert any(entry.thread is None and entry.meaning.thread is not None for _, entry in log)


def test_prompts_and_noise_hold_what_looks_like_rows(logs: dict[str, list[Line]]) -> None:
    for codex in ("0.140", "0.149", "0.158"):
        asked = bodies(logs[codex], "submission")
        assert any(rb"turn.id=evil thread_id=evil websocket request: {\"type\"" in body for body in asked)
        assert any(b'service_tier: Some(Some(\\"priority\\"))' in body for body in asked)
    for log in logs.values():
        hostile = sum(b'tags_json={"' in body for body in bodies(log, "noise"))
        assert 0 < hostile < 400  # few: a filter on such text must still be worth something


def test_the_model_that_was_asked_answers_or_another_one_does(logs: dict[str, list[Line]]) -> None:
    for log in logs.values():
        assert all(b" (matches requested model)" in body for body in bodies(log, "matches"))
        assert all(b" while requested model was " in body for body in bodies(log, "rerouted"))


def test_only_malformed_rows_are_null_cut_short_or_without_thread_and_process() -> None:
    usual, odd = ([*islice(lines(Plan(malformed=share), NOW), 5000)] for share in (0.0, 1.0))
    assert all(draft.body is not None and draft.process is not None for draft, _ in usual)
    assert {entry.form for _, entry in odd} == {"malformed"}
    assert {None, "unreadable", "tags"} <= {entry.meaning.kind for _, entry in odd}
    assert any(draft.body is None for draft, _ in odd)
    assert any(draft.thread is None and draft.process is None for draft, _ in odd)


@pytest.mark.parametrize("codex", get_args(Name))
def test_all_rows_shrink_and_grow_with_the_padding(codex: Name) -> None:
    small, usual, large = (
        max(len(str(line.draft.body)) for line in played(codex, rows=3000, body_bytes=size))
        for size in (0, USUAL, 20 * USUAL)
    )
    assert small < 2200 < usual < 45_000 < large


# Order, time, and the plan


def test_order_of_time_and_order_of_ids_differ() -> None:
    times = [row.ts for row in islice(drafts(Plan(), NOW), 5000)]
    steps = [after - before for before, after in pairwise(times)]
    assert min(steps) < -3600
    assert any(-5 <= step < 0 for step in steps)


@pytest.mark.parametrize("codex", get_args(Name))
def test_the_share_of_priority_reaches_its_ends(codex: Name) -> None:
    fast = {"priority", "fast"}
    none, every = (
        [entry.meaning for _, entry in played(codex, rows=5000, priority=share) if entry.meaning.tier]
        for share in (0.0, 1.0)
    )
    assert not any(meaning.tier in fast for meaning in none)
    assert all(meaning.tier in fast or meaning.model == BASIC for meaning in every)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: Plan(rows=-1), "rows"),
        (lambda: Plan(rate=0.0), "rate"),
        (lambda: Plan(batch=0), "batch"),
        (lambda: Plan(batch=100_001), "batch"),
        (lambda: Plan(partition_rows=2**53 + 1), "partition_rows"),
        (lambda: Plan(rate=float("inf")), "rate"),
        (lambda: Plan(body_bytes=16 * 1024 * 1024 + 1), "body_bytes"),
        (lambda: Plan(threads=0), "threads"),
        (lambda: Plan(body_bytes=-1), "body_bytes"),
        (lambda: Plan(priority=1.5), "priority"),
        (lambda: Plan(noise=2.0), "noise"),
        (lambda: Plan(malformed=-0.5), "malformed"),
        (lambda: Plan(codex="0.150"), "codex must be one of 0.140, 0.149, 0.158, 0.171"),  # type: ignore[arg-type]
        (lambda: Plan(busy=-1.0), "busy"),
    ],
)
def test_a_plan_out_of_range_is_refused(make: Callable[[], Plan], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        make()


def test_the_plan_bounds_the_partitions() -> None:
    partitions = {
        schema.partition_of(row) for row in islice(drafts(Plan(threads=4, processes=2, malformed=1 / 64), NOW), 2000)
    }
    assert len(partitions) == 4 + 2 + 1
