"""Whether a file is for this user alone, and its folder too: what others may put there, SQLite would believe."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.impl.memo.shelf import Reason


def unsafe(path: Path, found: os.stat_result | None) -> tuple[Reason, str] | None:
    """Say why a file, or one that is made there, would not be for this user alone; None if it is.

    It is asked before SQLite sees the file: a FIFO would make it wait for ever.

    Args:
        path: where the file is, or will be.
        found: what is there, as ``lstat`` says; None for nothing.
    """
    folder = path.parent
    if _is_open_to_others(folder):
        return "not yours", f"{folder}: others may put files there; name a file in a folder of your own"
    if found is None:
        return None
    if not stat.S_ISREG(found.st_mode):
        return "not a regular file", f"{path}: name a regular file, and no link to one"
    if os.name == "posix" and found.st_uid != os.geteuid():
        return "not yours", f"{path}: it belongs to another user; name a file of your own"
    if os.name == "posix" and stat.S_IMODE(found.st_mode) & 0o077:
        return "not yours", f"{path}: others may read or write it; give it the mode 0600, or delete it"
    return None


def _is_open_to_others(folder: Path) -> bool:
    """Tell whether others may put a file into a folder: a journal of theirs, which SQLite would play back.

    The group of this user, which many systems give to one user alone, may write there.
    """
    if os.name != "posix":
        return False
    try:
        found = folder.stat()
    except OSError:
        return False  # to open the file, or to make it, says what is wrong with its folder
    theirs = stat.S_IWOTH | (0 if found.st_gid == os.getegid() else stat.S_IWGRP)
    return found.st_uid not in {os.geteuid(), 0} or bool(found.st_mode & theirs)
