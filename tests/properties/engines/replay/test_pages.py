"""Claims about the page of traces: its drawing is drawn, its bounds are those of the format, its example is a trace."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.commands.replay import replay_command
from strandline.properties.engines.replay.shortest import STEPS_TRIED_MAX
from strandline.properties.evidence import replay

CHECKOUT = Path(__file__).parents[4]

pytestmark = pytest.mark.checkout


@pytest.fixture
def page() -> str:
    return (CHECKOUT / "docs" / "traces.md").read_text("utf-8")


def test_the_drawing_of_the_page_is_what_replay_draws(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    drawn = CliRunner().invoke(main, ["replay", "tests/traces/M3-dominance.json"]).stdout
    assert f"```\n{drawn}```" in page


def test_the_page_has_the_bounds_of_the_format(page: str) -> None:
    bounds = dict(re.findall(r"^\| (.+?) \| ([0-9,]+) \|$", page, flags=re.MULTILINE))
    assert {name: int(number.replace(",", "")) for name, number in bounds.items() if "exit" not in name} == {
        "bytes of a file": replay.BYTES_MAX,
        "steps": replay.STEPS_MAX,
        "characters of a name": replay.NAME_MAX,
        "characters of a value": replay.VALUE_MAX,
        "changes of a step, lines of an ending": replay.CHANGES_MAX,
        "number of a refresh": replay.ACTORS_MAX,
    }
    assert f"takes {STEPS_TRIED_MAX:,} steps at most" in page


def test_the_example_of_the_page_is_a_trace_with_every_field(page: str) -> None:
    (example,) = re.findall(r"^```json\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
    file = replay.parse(example.encode())
    fields = re.findall(
        r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \| ", page.split("| field |")[1], flags=re.MULTILINE))
    )
    for field in file.__struct_fields__:
        assert getattr(file, field) or field == "loop", field  # the example comes to an end
        assert field in fields


def test_the_page_lists_every_option_of_replay(page: str) -> None:
    listed = set(re.findall(r"--[a-z-]+", "".join(re.findall(r"^\| (`--.*?) \|", page, flags=re.MULTILINE))))
    options = {option for parameter in replay_command.params for option in parameter.opts if option.startswith("--")}
    assert listed == options - {"--format", "--deadline"}
