"""The environment rules: what the machines have in common, and one rule for each thing that the environment does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

from hypothesis.stateful import initialize, precondition

from strandline.model.memo.world import offers
from strandline.model.terms import Step
from strandline.properties.core.system import SHIPPED
from strandline.properties.engines.stateful.machine import RANDOM, Machine
from strandline.properties.engines.stateful.rules import rule
from strandline.properties.systems.memo.driver.fields import FIELDS
from strandline.properties.systems.memo.driver.lockstep import Lockstep
from strandline.properties.systems.memo.driver.plug import CODEX, Plug
from strandline.properties.systems.memo.driver.shells import BlockingShell
from strandline.properties.systems.memo.driver.templates import Templates
from strandline.properties.systems.memo.mutants.registry import ALIKE, MUTANTS, planted

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Mapping
    from random import Random
    from typing import Self

    from strandline.properties.systems.memo.driver.fields import Field
    from strandline.properties.systems.memo.driver.tasks import TrioShell

M = TypeVar("M", bound=Callable[..., None])

REPLACED_MAX: Final = 3
"""How many rows a file may have that takes the place of the log."""


def _offered(name: str) -> Callable[[M], M]:
    """Let a rule run only if the world offers an action."""
    return precondition(lambda self: any(True for _ in offers(self.harness.seen, self.harness.scope, name)))


class Environment(Machine):
    """One rule for each thing that the environment does; the invariants are the laws."""

    templates: ClassVar[Templates]
    shell: ClassVar[type[BlockingShell | TrioShell]] = BlockingShell
    beside_model: ClassVar[bool] = True
    fields: ClassVar[Mapping[str, Field]] = FIELDS
    law: ClassVar[str | None] = None
    harness: Lockstep

    @classmethod
    @contextmanager
    def on(
        cls, subject: str, tally: Counter[str], fields: Mapping[str, Field] = FIELDS, plug: Plug = CODEX
    ) -> Iterator[type[Self]]:
        """Make a machine for one subject, which counts in a tally; a mutant is judged by the law that it names alone.

        A case ends when a law is broken. Were a mutant judged by all of them, it would be chance which one is broken
        first, and the one that must catch it might never be.

        Args:
            subject: the scanner as it is shipped, or a mutant of it, planted as long as the block runs.
            tally: what it counts in.
            fields: the wide worlds that it plays in, by their names.
            plug: the kind of log that they are of.

        Raises:
            KeyError: there is no such mutant.
        """
        law = None if subject == SHIPPED else (MUTANTS | ALIKE)[subject].law
        with Templates(plug) as templates, planted(subject):
            settled = {
                "templates": templates,
                "tally": tally,
                "beside_model": law is None,
                "fields": fields,
                "law": law,
            }
            yield type(cls.__name__, (cls,), settled)

    @property
    def steps(self) -> list[Step]:
        """The steps that this case has taken."""
        return self.harness.steps

    @initialize(random=RANDOM)
    def begin(self, random: Random) -> None:
        """Begin in one of the worlds."""
        self.harness = Lockstep(
            random.choice(sorted(self.fields)),
            self.templates,
            self.tally,
            self.shell,
            beside_model=self.beside_model,
            fields=self.fields,
            law=self.law,
        )
        self.tally["cases"] += 1

    def teardown(self) -> None:
        """Let everything go."""
        self.harness.close()

    def template(self, random: Random) -> int:
        """Draw what the next row is made from."""
        return random.choice(range(len(self.harness.scope.templates)))

    def window(self, random: Random) -> int:
        """Draw what a refresh asks for."""
        return random.choice(range(len(self.harness.scope.windows)))

    def take(self, name: str, actor: int | None = None, arg: int = 0) -> None:
        """Take a step."""
        self.harness.take(Step(name, actor, arg))

    def choose(self, random: Random, name: str) -> None:
        """Take one of the steps of a name that the world offers."""
        offered = sorted(offers(self.harness.seen, self.harness.scope, name))
        self.harness.take(random.choice(offered))

    @rule(random=RANDOM)
    @_offered("append")
    def append(self, random: Random) -> None:
        """A row is appended."""
        self.take("append", None, self.template(random))

    @rule(random=RANDOM)
    @_offered("append and prune")
    def append_and_prune(self, random: Random) -> None:
        """A row is appended, and its partition pruned in the same transaction."""
        self.take("append and prune", None, self.template(random))

    @rule(random=RANDOM)
    @_offered("delete")
    def delete(self, random: Random) -> None:
        """Any row is deleted."""
        self.choose(random, "delete")

    @rule()
    @_offered("empty")
    def empty(self) -> None:
        """All rows are deleted."""
        self.take("empty")

    @rule()
    @_offered("reset")
    def reset(self) -> None:
        """A migration lets the sequence fall to the highest surviving id."""
        self.take("reset")

    @rule()
    @_offered("backup")
    def backup(self) -> None:
        """The log is backed up."""
        self.take("backup")

    @rule()
    @_offered("restore")
    def restore(self) -> None:
        """The backup is restored through SQLite."""
        self.take("restore")

    @rule()
    @precondition(lambda self: self.harness.may_copy())
    @_offered("copy")
    def copy(self) -> None:
        """The backup is copied over the file."""
        self.take("copy")

    @rule()
    @_offered("remove")
    def remove(self) -> None:
        """The file is deleted."""
        self.take("remove")

    @rule(random=RANDOM)
    def replace(self, random: Random) -> None:
        """Another file is renamed over the path."""
        self.take("replace", None, random.choice(range(min(REPLACED_MAX, len(self.harness.scope.templates)) + 1)))

    @rule(random=RANDOM)
    @_offered("reissue")
    def reissue(self, random: Random) -> None:
        """The file is deleted and another one gets its inode number."""
        self.choose(random, "reissue")

    @rule()
    def drop(self) -> None:
        """The memo is dropped by force."""
        self.take("drop")

    @rule()
    @_offered("hang up")
    def hang_up(self) -> None:
        """Idle connections are closed."""
        self.take("hang up")
