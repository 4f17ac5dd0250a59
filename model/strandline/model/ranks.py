"""Observations and commits are ranks: renumbered without holes, since only their order counts.

Two worlds that differ in nothing but how many observations were wasted on the way are one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from strandline.model.memo import Memo
    from strandline.model.state import File, Ghost, Link, Slot, Task, World


def next_observation(world: World) -> int:
    """Give a number above every observation that anything in the world still remembers."""
    return 1 + max(observations(world), default=0)


def next_commit(world: World) -> int:
    """Give a number above every commit that anything in the world still remembers."""
    return 1 + max(commits(world), default=0)


def canonical(world: World) -> World:
    """Renumber observations and commits from 1, keeping their order."""
    return renumbered(world, ranks(observations(world)), ranks(commits(world)))


def ranks(numbers: Iterable[int]) -> dict[int, int]:
    """Number numbers from 1 in their order; 0 stays 0."""
    return {0: 0} | {number: rank for rank, number in enumerate(sorted(set(numbers) - {0}), 1)}


def renumbered(world: World, observed: dict[int, int], committed: dict[int, int]) -> World:
    """Give the world with other numbers for its observations and commits."""
    if all(number == rank for number, rank in (*observed.items(), *committed.items())):
        return world

    def memo(old: Memo | None) -> Memo | None:
        return old and replace(old, observation=observed[old.observation])

    def ghost(old: Ghost | None) -> Ghost | None:
        return old and old._replace(commit=committed[old.commit])

    def file(old: File | None) -> File | None:
        return old and old._replace(commit=committed[old.commit])

    def link(old: Link) -> Link:
        return old._replace(file=file(old.file), seen=observed[old.seen])

    def slot(old: Slot) -> Slot:
        return old._replace(memo=memo(old.memo), ghost=ghost(old.ghost))

    def task(old: Task | None) -> Task | None:
        return old and old._replace(
            link=link(old.link) if old.link is not None else None,
            base=memo(old.base),
            base_ghost=ghost(old.base_ghost),
            found=memo(old.found),
            ghost=ghost(old.ghost),
            beside=slot(old.beside) if old.beside is not None else None,
        )

    return replace(
        world,
        path=file(world.path),
        slot=slot(world.slot),
        tasks=tuple(map(task, world.tasks)),
        idle=tuple(map(link, world.idle)),
    )


def observations(world: World) -> Iterator[int]:
    """Give every observation number that a world remembers, 0 for none yet."""
    yield from (link.seen for link in world.links())
    memos = [world.slot.memo]
    for task in world.tasks:
        if task is not None:
            memos += [task.base, task.found, task.beside.memo if task.beside is not None else None]
    yield from (memo.observation for memo in memos if memo is not None)


def commits(world: World) -> Iterator[int]:
    """Give every commit number that a world remembers."""
    files = [world.path, *(link.file for link in world.links())]
    yield from (file.commit for file in files if file is not None)
    ghosts = [world.slot.ghost]
    for task in world.tasks:
        if task is not None:
            ghosts += [task.ghost, task.base_ghost, task.beside.ghost if task.beside is not None else None]
    yield from (ghost.commit for ghost in ghosts if ghost is not None)
