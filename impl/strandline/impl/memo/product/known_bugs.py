"""Versions of SQLite that can damage a database, as far as that concerns who reads a log in WAL mode."""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

Version: TypeAlias = tuple[int, int, int]
"""A release of SQLite, such as ``(3, 51, 3)``."""


class KnownBug(NamedTuple):
    """A bug, since when it is there, and the releases that mend it: the last one for good, the others for their branch.

    ``says`` is what happens, ``source`` where SQLite's developers say so; ``in_wal_mode`` tells that only a log in WAL
    mode is at risk.
    """

    name: str
    since: Version
    mended: tuple[Version, ...]
    says: str
    source: str
    in_wal_mode: bool

    def is_in(self, version: Version) -> bool:
        """Tell whether a release has this bug."""
        *branches, last = self.mended
        backported = any(version[:2] == branch[:2] and version >= branch for branch in branches)
        return self.since <= version < last and not backported


KNOWN_BUGS: Final = (
    KnownBug(
        "WAL-reset",
        (3, 7, 0),
        ((3, 44, 6), (3, 50, 7), (3, 51, 3)),
        "a checkpoint that overlaps with a commit of another connection can skip pages of the -wal, and so lose commits"
        " or damage the database",
        "https://www.sqlite.org/wal.html#walresetbug",
        in_wal_mode=True,
    ),
    KnownBug(
        "rolled back savepoint",
        (3, 35, 0),
        ((3, 37, 2),),
        "a rollback to a savepoint with temporary files in memory, and then a commit, can damage the database",
        "https://www.sqlite.org/releaselog/3_37_2.html",
        in_wal_mode=False,
    ),
)
"""The bugs that damage a database while it is written. Who only reads cannot set them off, and reads what they left."""


def bugs_in(version: Version) -> tuple[KnownBug, ...]:
    """Give the known bugs of a release."""
    return tuple(bug for bug in KNOWN_BUGS if bug.is_in(version))


def told(version: Version, bug: KnownBug) -> str:
    """Say what a release does by one of its bugs, up to the end of the sentence."""
    return f"SQLite {dotted(version)} can damage what it writes ({bug.name}: {bug.says}; {bug.source})"


def dotted(version: Version) -> str:
    """Write a version with dots."""
    return ".".join(map(str, version))
