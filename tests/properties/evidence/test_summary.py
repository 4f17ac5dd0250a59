"""The summary in Markdown."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from strandline.properties.core.findings import Findings, Run
from strandline.properties.core.verdict import Claim, Verdict
from strandline.properties.evidence.evidence import DOES_NOT_SHOW, gather, grouped
from strandline.properties.evidence.summary import CLAIMS_MAX, SIZE_MAX, summary
from strandline.properties.systems.memo.spec.laws import LAWS
from tests.properties.evidence.evidences import bitten


def claims(each: int, says: str = "every state") -> tuple[Claim, ...]:
    return tuple(
        Claim(law.number, "exhaust", Verdict.HOLDS, f"{says} {n}", (("world", "w"),), (("states", 12345),), 1)
        for law in LAWS
        for n in range(each)
    )


def written(said: tuple[Claim, ...], drawings: tuple[list[str], ...] = (), detail: str = "") -> str:
    findings = Findings("shipped", said, (Run("fuzz", "samples", "skipped", detail or "not selected"),), LAWS)
    evidence = gather(findings, datetime(2026, 3, 1, tzinfo=UTC), 1.0)
    return summary(evidence, grouped(evidence.claims.laws), [*drawings])


def test_strongest_claims_come_first_and_what_a_pass_does_not_show_last() -> None:
    text = written(claims(1))
    lines = text.splitlines()
    assert lines[0] == "# strandline: shipped inconclusive"  # an engine was skipped, and that is no pass
    rows = [line for line in lines if line.startswith("| M")]
    assert len(rows) == len(LAWS)
    assert rows[0].startswith("| M4 order | holds | proved |")
    assert rows[-1].startswith("| M5 converges | holds | eventually |")
    assert text.endswith("\n".join(f"- {line}" for line in DOES_NOT_SHOW) + "\n")


def test_a_violation_comes_before_everything_with_its_trace() -> None:
    violated = Claim("M8", "exhaust", Verdict.VIOLATED, "broken after 3 steps")
    text = written((*claims(1), violated), (["  1  append"],))
    rows = [line for line in text.splitlines() if line.startswith("| M")]
    assert rows[0].startswith("| M8 forgotten | violated |")
    assert "```text\n  1  append\n```" in text


def test_each_of_several_traces_is_drawn_and_what_is_left_out_for_its_length_is_counted() -> None:
    violated = Claim("M8", "exhaust", Verdict.VIOLATED, "broken after 3 steps")
    text = written((*claims(1), violated), (["  1  append"], ["  1  delete"]))
    assert [f"```text\n  1  {name}\n```" in text for name in ("append", "delete")] == [True, True]
    text = written((*claims(1), violated), (["  1  append"], ["x" * SIZE_MAX], ["  1  drop"]))
    assert "```text\n  1  append\n```\n\n2 more in the JSON document\n" in text
    assert len(text) < SIZE_MAX


def test_of_each_machine_it_is_said_how_much_it_reached_and_what_least_often() -> None:
    fuzzed = Claim("M1", "fuzz", Verdict.HOLDS, "no violation", reached=3, fired=(("append", 1200), ("race", 0)))
    text = written((*claims(1), fuzzed))
    assert "| fuzz | 1 of 2, race least often (0) | 1 of 1, M1 least often (3) |" in text
    assert "## State machines" not in written(claims(1))


def test_a_law_that_nobody_looked_at_and_an_engine_that_was_skipped_are_named() -> None:
    text = written(claims(1)[:-1])
    assert "inconclusive: not looked at" in text
    assert "| fuzz | samples | skipped: not selected |" in text
    assert "A skipped engine is not a pass." in text


def test_what_is_open_stands_on_the_first_screen() -> None:
    fuzzed = Claim("M1", "fuzz", Verdict.HOLDS, "no violation", reached=0, fired=(("append", 7), ("race", 0)))
    lines = written((*claims(1)[:-1], fuzzed)).splitlines()
    first = lines[: lines.index("| law | verdict | kind | statement |")]
    assert first[2] == "**Not shown, and so no pass:**"
    assert "- fuzz skipped: not selected" in first
    assert "- fuzz: rules that never fired: race" in first
    assert "- M10 bounded is inconclusive: not looked at" in first
    assert any(line.startswith("- M1 by fuzz: never seen: a memo is resumed") for line in first)
    assert len(first) < 20


def test_an_engine_that_ran_and_claims_nothing_is_named() -> None:
    findings = Findings(
        "shipped", claims(1), (Run("exhaust", "searches", "ran"), Run("traces", "replays", "ran")), LAWS
    )
    evidence = gather(findings, datetime(2026, 3, 1, tzinfo=UTC), 1.0)
    first = summary(evidence, grouped(evidence.claims.laws), []).partition("| law |")[0]
    assert "- traces ran, and claims nothing" in first
    assert "exhaust ran" not in first


def test_mutants_that_got_away_are_named() -> None:
    evidence = bitten()
    text = summary(evidence, grouped(evidence.claims.laws), [])
    assert "1 of 2 caught by the engine that must catch them.\n- slow: not caught by fuzz\n" in text
    assert text.index("mutant slow was not caught by fuzz") < text.index("| law |")


def test_counts_stand_with_the_engine_that_counted() -> None:
    numbers = ", ".join(law.number for law in LAWS)
    assert f"- **{numbers}** by exhaust, searched: every state 0 (12,345 states; world: w)" in written(claims(1))


def test_the_summary_fits_a_pull_request_however_much_there_is_to_say() -> None:
    flood = written(claims(CLAIMS_MAX + 1, "x" * 5000), (["y" * 90] * 400,))
    assert len(flood) <= SIZE_MAX
    assert flood.endswith(f"- {DOES_NOT_SHOW[-1]}\n")
    assert "more in the JSON document" in flood
    endless = written(claims(1), (["y" * 90] * 10_000,))
    assert len(endless) <= SIZE_MAX
    assert endless.endswith(f"- {DOES_NOT_SHOW[-1]}\n")


def test_nothing_said_can_break_out_of_its_table_or_its_fence() -> None:
    text = written(claims(1, "a|b\n# c <script>"), (["```", "| ```` |"],), detail="x|y\n\nz")
    assert "\n# c" not in text
    assert "<script>" not in outside_of_code(text)
    assert "| skipped: `x\uffe8y z` |" in text
    assert "`````text\n```\n" in text


def outside_of_code(text: str) -> str:
    """Leave out code, in fences and in spans, as a forge does before it looks for anything that it links."""
    text = re.sub(r"^(`{3,})text\n.*?\n\1$", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", text)


LIVE = [
    *("https://evil.example/x", "www.evil.example", "ftp://evil.example", "a@evil.example", "#1", "x#1", "GH-1", "!1"),
    *(
        "@all",
        "**x**",
        "__x__",
        "_x_",
        "~~x~~",
        "<b>x</b>",
        "<!-- x",
        "[a](//b)",
        "![a](b)",
        "[^1]",
        "&amp;",
    ),
    *("`` x", "a`b", "```", "$x$", ":smile:", "0123abcdef", "# x", "[ ] x", "JIRA-12", "\\", "%1", "^x^", "a|b"),
    *("{{x}}", "x\n\n# y", "x\r| y |", "\u202ex", "\x1b[2J"),
]
"""What one forge or another makes a link, a call, a list, a picture or emphasis of."""


@pytest.mark.parametrize("live", LIVE)
@pytest.mark.parametrize("where", ["{}", "see {} there", "{}."])
def test_nothing_said_is_live_on_a_forge(live: str, where: str) -> None:
    said = where.format(live)
    text = written(claims(1, said), detail=said)
    assert live not in outside_of_code(text).replace("# strandline", "").replace("## ", "")
    assert text.count("\n#") == written(claims(1)).count("\n#")
    assert all(character.isprintable() or character == "\n" for character in text)


@pytest.mark.parametrize("live", ["- x", "+ x", "> x", "1. x", "1) x", "=== x"])
def test_nothing_said_begins_a_list_a_quote_or_a_heading(live: str) -> None:
    text = outside_of_code(written(claims(1, live), detail=live))
    assert re.search(rf"(?m)(^|^- |^# |\| ){re.escape(live)}", text) is None


def test_what_strandline_says_of_itself_can_be_read_as_text() -> None:
    assert "`" not in written(claims(1)).partition("## Sources")[0]
