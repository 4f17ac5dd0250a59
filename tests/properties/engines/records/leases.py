"""A world of records for tests: clients fill a cache from a source, each under a lease that may be lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from strandline.model.terms import ACTORS, NEXT, Action, Rank, replace
from strandline.properties.engines.exhaust.records import world
from strandline.properties.engines.exhaust.world import Always, AlwaysTold, SometimesTold

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.world import World

Version = Annotated[int, Rank("version")]
Token = Annotated[int, Rank("token")]


@dataclass(frozen=True, slots=True)
class Client:
    doing: str = "idle"
    token: Token = 0
    got: Version = 0


@dataclass(frozen=True, slots=True)
class State:
    clients: Annotated[tuple[Client, ...], ACTORS]
    source: Version = 1
    cached: Version = 0
    lease: Token = 0
    dirty: bool = False


def put(s: State, me: int, client: Client) -> State:
    return replace(s, clients=(*s.clients[:me], client, *s.clients[me + 1 :]))


def get(s: State, me: int) -> object:
    if s.clients[me].doing != "idle" or (s.lease and not s.cached):
        return None
    if s.cached:
        return s, (("hit", s.dirty or s.cached == s.source),)
    return put(replace(s, lease=NEXT), me, Client("fetching", NEXT))


def fetch(s: State, me: int) -> object:
    mine = s.clients[me]
    return put(s, me, replace(mine, doing="filling", got=s.source)) if mine.doing == "fetching" else None


def fill(s: State, me: int) -> object:
    mine = s.clients[me]
    if mine.doing != "filling":
        return None
    fits = s.lease == mine.token
    return put(replace(s, cached=mine.got, lease=0) if fits else s, me, Client()), (("filled", fits),)


def write(s: State) -> object:
    return replace(s, source=NEXT, dirty=True) if not s.dirty else None


def invalidate(s: State) -> object:
    return replace(s, dirty=False, cached=0, lease=0) if s.dirty else None


ACTIONS = (
    Action("get", get, "clients"),
    Action("fetch", fetch, "clients"),
    Action("fill", fill, "clients"),
    Action("write", write),
    Action("invalidate", invalidate),
)


def fresh(event: tuple[str, bool]) -> bool:
    return event[0] != "hit" or event[1]


def lost(event: tuple[str, bool]) -> bool:
    return event == ("filled", False)


def one_lease(s: State) -> bool:
    return sum(s.lease != 0 and one.token == s.lease for one in s.clients) <= 1


def clean(s: State) -> bool:
    return s.dirty or s.cached in (0, s.source)


LAWS = (
    AlwaysTold("fresh", fresh),
    Always("one lease", holds=one_lease),
    Always("clean", holds=clean),
    SometimesTold("a lease is lost", lost),
)


def first(clients: int) -> State:
    return State((Client(),) * clients)


def leases(clients: int, *, symmetric: bool = True) -> World:
    return world("leases", first(clients), ACTIONS, LAWS, symmetric="clients" if symmetric else None)
