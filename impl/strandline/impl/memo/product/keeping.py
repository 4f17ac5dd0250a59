"""Where the command line keeps its memos, and what it says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from strandline.impl.memo.product.text import printable
from strandline.impl.memo.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.impl.memo.keeper import Persistence


def shelf(chosen: Path | None) -> Shelf:
    """Give the file that memos are kept in: the one that was chosen, or one in the cache folder of this system.

    The folder is made if there is none; if that fails, so does each save, and says why.
    """
    if chosen is not None:
        return Shelf(chosen)
    folder = user_cache_path("strandline", appauthor=False)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return Shelf(folder / "memos.sqlite")
    return Shelf(folder / "memos.sqlite", ours=True)


def complaints(found: Persistence | None) -> Iterator[str]:
    """Say in a line each why a persisted memo was not used, and why it is not saved."""
    if found is not None and found.ignored is not None:
        yield f"the persisted memo was ignored: {printable(found.ignored)}"
    if found is not None and found.unsaved is not None:
        yield f"the memo is not saved: {printable(found.unsaved)}"


def record(found: Persistence | None) -> dict[str, object] | None:
    """Give what became of keeping the memo as it goes into JSON."""
    return None if found is None else found._asdict()
