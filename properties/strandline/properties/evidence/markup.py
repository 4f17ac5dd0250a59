"""Pieces of HTML and SVG in which nothing that was said can become markup.

Whatever is a plain ``str`` is escaped when it is put in; only what this module made is taken as it is.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from strandline.properties.core.line import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

CLIP: Final = 2_000
"""Characters of one text that a page shows; the document has all of it."""

_BLANK: Final = re.compile(r"\s+")
_VOID: Final = frozenset({"meta", "br"})  # in SVG an element that is not closed takes all that follows into itself


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def text(said: str) -> Markup:
    """Make a text inert: what a browser would obey becomes what it shows, direction marks and the like included."""
    shown = said if len(said) <= CLIP else f"{said[:CLIP]} …"
    return Markup(html.escape(" ".join(map(printable, _BLANK.split(shown)))))


def join(*parts: str) -> Markup:
    """Put pieces one after the other."""
    return Markup("".join(part if isinstance(part, Markup) else text(part) for part in parts))


def tag(name: str, /, *children: str, **attributes: str | float | None) -> Markup:
    """Make an element. An attribute that is None is left out; ``class_`` is class, ``aria_label`` is aria-label."""
    told = "".join(
        f' {key.strip("_").replace("_", "-")}="{text(value) if isinstance(value, str) else f"{value:g}"}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = join(*children)
    return Markup(f"<{name}{told}>" if name in _VOID and not inside else f"<{name}{told}>{inside}</{name}>")


def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], kind: str | None = None) -> Markup:
    """Make a table whose first cell of each row is its head; it scrolls by itself where it is too wide."""
    head = tag("tr", *(tag("th", one, scope="col") for one in heads))
    body = (tag("tr", tag("th", row[0], scope="row"), *(tag("td", one) for one in row[1:])) for row in rows)
    whole = tag("table", tag("thead", head), tag("tbody", *body), class_=kind)
    return tag("div", whole, class_="wide", tabindex="0", role="region", aria_label=heads[0])


def section(ident: str, title: str, *children: str) -> Markup:
    """Make a section that a link can lead to."""
    return tag("section", tag("h2", title), *children, id=ident)


def items(lines: list[str]) -> Markup:
    """Make a list."""
    return tag("ul", *(tag("li", line) for line in lines))
