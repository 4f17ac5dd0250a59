"""What the machines have in common: a stage, draws, and one rule for each thing that the environment does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition

from strandline.model.environment import OFFERS
from strandline.model.state import Action
from strandline.properties.fields import FIELDS
from strandline.properties.harness.shells import BlockingShell
from strandline.properties.harness.stage import Stage
from strandline.properties.mutants import ALIKE, MUTANTS, SHIPPED
from strandline.properties.rules import rule

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random
    from typing import Self

    from strandline.properties.fields import Field
    from strandline.properties.harness.tasks import TrioShell
    from strandline.properties.harness.templates import Templates

M = TypeVar("M", bound=Callable[..., None])

REPLACED_MAX: Final = 3
"""How many rows a file may have that takes the place of the log."""

RANDOM: Final = st.randoms(use_true_random=False)
"""The one strategy of every rule: a generator that Hypothesis steers and shrinks, and a walk has a seeded one for."""


def _offered(name: str) -> Callable[[M], M]:
    """Let a rule run only if the world offers an action."""
    return precondition(lambda self: any(True for _ in OFFERS[name](self.stage.seen, self.stage.scope)))


class Surroundings(RuleBasedStateMachine):
    """One rule for each thing that the environment does; the invariants are the laws."""

    tally: ClassVar[Counter[str]] = Counter()
    templates: ClassVar[Templates]
    shell: ClassVar[type[BlockingShell | TrioShell]] = BlockingShell
    beside_model: ClassVar[bool] = True
    fields: ClassVar[Mapping[str, Field]] = FIELDS
    law: ClassVar[str | None] = None
    stage: Stage

    @classmethod
    def on(
        cls, subject: str, templates: Templates, tally: Counter[str], fields: Mapping[str, Field] = FIELDS
    ) -> type[Self]:
        """Make a machine for one subject, which counts in a tally; a mutant is judged by the law that it names alone.

        A case ends when a law is broken. Were a mutant judged by all of them, it would be chance which one is broken
        first, and the one that must catch it might never be.
        """
        law = None if subject == SHIPPED else (MUTANTS | ALIKE)[subject].law
        settled = {"templates": templates, "tally": tally, "beside_model": law is None, "fields": fields, "law": law}
        return type(cls.__name__, (cls,), settled)

    @initialize(random=RANDOM)
    def begin(self, random: Random) -> None:
        """Set the stage."""
        self.stage = Stage(
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
        self.stage.close()

    def template(self, random: Random) -> int:
        """Draw what the next row is made from."""
        return random.choice(range(len(self.stage.scope.templates)))

    def window(self, random: Random) -> int:
        """Draw what a refresh asks for."""
        return random.choice(range(len(self.stage.scope.windows)))

    def take(self, name: str, actor: int | None = None, arg: int = 0) -> None:
        """Take a step."""
        self.stage.take(Action(name, actor, arg))

    def choose(self, random: Random, name: str) -> None:
        """Take one of the steps of a name that the world offers."""
        offered = sorted(OFFERS[name](self.stage.seen, self.stage.scope))
        self.stage.take(random.choice(offered))

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
    @precondition(lambda self: self.stage.may_copy())
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
        self.take("replace", None, random.choice(range(min(REPLACED_MAX, len(self.stage.scope.templates)) + 1)))

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
