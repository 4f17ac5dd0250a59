"""The page of the architecture says what is so: rooms, arrows, and which engine reads which field of a system."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from dataclasses import fields
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from strandline.properties.core.system import System
from tests.test_docs import page, rows
from tests.test_layers import CHECKOUT, LAYERS, NAMED_WHOLE, ROOMS, imported, sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

pytestmark = pytest.mark.checkout

PAGE: Final = "docs/architecture.md"
TERMS: Final = "model/terms"
OURS: Final = "properties/strandline/properties"
OLDER: Final = {"exhaust", "traces"}
"""Folders of properties that are older paths and no rooms."""


def named(cell: str) -> list[str]:
    """Return what a cell names, one comma between each; the table's reader has taken the outermost backticks off."""
    return [name.strip("` ") for name in cell.split(",") if name.strip()]


@cache
def rooms() -> dict[str, list[str]]:
    """Return the rooms of the page, and what it says that each may import."""
    return {room: named(others) for room, _, others in rows(page(PAGE), "room")}


def dotted(room: str) -> str:
    """Return the package or module that a room is."""
    layer, _, rest = room.partition("/")
    layer, rest = (layer, rest) if layer in ("model", "impl") else ("properties", room)
    return f"strandline.{layer}.{rest.replace('/', '.')}"


def room_of(name: str) -> str | None:
    """Return the room that a dotted name lies in, the innermost of those that there are."""
    inside = [room for room in rooms() if f"{name}.".startswith(f"{dotted(room)}.")]
    return max(inside, key=len, default=None)


def closed(arrows: Mapping[str, Iterable[str]]) -> set[tuple[str, str]]:
    """Return each pair of a room and one that it leads to, over however many arrows."""
    pairs = {(one, other) for one, others in arrows.items() for other in others}
    while more := {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs:
        pairs |= more
    return pairs


def test_no_room_imports_more_of_ours_than_the_page_says() -> None:
    found: dict[str, set[str]] = {room: set() for room in rooms()}
    for layer in LAYERS:
        for file, name in imported(layer):
            mine, theirs = room_of(".".join(Path(file).with_suffix("").parts[1:])), room_of(name)
            if mine is not None and theirs not in {mine, None} and name not in NAMED_WHOLE:
                found[mine].add(str(theirs))
    assert [(room, other) for room, others in found.items() for other in others - set(rooms()[room])] == []
    assert {room: sorted(found[room]) for room in rooms() if room not in ROOMS} == {
        room: sorted(others) for room, others in rooms().items() if room not in ROOMS
    }


def test_the_rooms_that_know_no_system_may_import_what_the_page_says_and_are_proved_to() -> None:
    assert {room: set(others) - {TERMS} for room, others in rooms().items() if room in ROOMS} == ROOMS


def test_every_folder_of_the_tree_is_a_room_or_lies_in_one() -> None:
    for layer in LAYERS:
        for file in sources(layer):
            name = ".".join(file.relative_to(CHECKOUT / layer).with_suffix("").parts)
            first, *below = file.relative_to(CHECKOUT / layer / "strandline" / layer).parts
            older = layer == "properties" and first in OLDER
            outside = not below or older or (first, *below) == ("systems", "__init__.py")
            assert outside or room_of(name) is not None, file


def test_the_arrows_of_the_page_lead_where_its_table_does_and_never_back() -> None:
    (picture,) = re.findall(r"^```\n(.*?)^```$", page(PAGE), re.MULTILINE | re.DOTALL)
    arrows: dict[str, list[str]] = defaultdict(list)
    for line in picture.splitlines():
        chain = [room.strip() for room in line.split("->")]
        for one, other in pairwise(chain):
            arrows[one].append(other)
    leads = closed(arrows)
    assert leads == closed(rooms())
    assert [one for one, other in leads if one == other] == []


def readers() -> dict[str, set[str]]:
    """Return for each field of a system the packages of engines that read it of something called ``system``."""
    found: dict[str, set[str]] = {field.name: set() for field in fields(System)}
    for file in sources(f"{OURS}/engines"):
        package = file.relative_to(CHECKOUT / OURS / "engines").parts[0]
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Attribute) and node.attr in found and _is_system(node.value):
                found[node.attr].add(package)
    return found


def _is_system(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id == "system") or (
        isinstance(node, ast.Attribute) and node.attr == "system"
    )


def test_the_page_has_every_field_of_a_system_and_the_engines_that_read_it() -> None:
    told = {field: sorted(named(by)) for field, _, by in rows(page(PAGE), "field")}
    assert list(told) == [field.name for field in fields(System)]
    assert told == {field: sorted(packages) for field, packages in readers().items()}
