"""A read-through cache with leases: who finds nothing is handed a lease, and only its holder may fill the cache.

First the real code, an object with a lock, and two mutants of it; then the model, the laws, and what joins them.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Annotated

from strandline.properties import ACTORS, NEXT, Action, Cover, Law, Rank, Real, Variant, replace, system

Version = Annotated[int, Rank("version")]
Token = Annotated[int, Rank("token")]


class Cache:
    def __init__(self, value: int | None = None, lease: int | None = None, last: int = 0) -> None:
        self.value, self.lease, self.last, self._lock = value, lease, last, Lock()

    def get(self) -> tuple[int | None, int | None]:
        """Give the value, or a lease to fetch it under; neither while somebody else holds the lease."""
        with self._lock:
            if self.value is not None or self.lease is not None:
                return self.value, None
            self.last += 1
            self.lease = self.last
            return None, self.lease

    def put(self, token: int, value: int) -> None:
        with self._lock:
            if token == self.lease:
                self.value, self.lease = value, None

    def delete(self) -> None:
        with self._lock:
            self.value = self.lease = None


class Careless(Cache):
    def put(self, token: int, value: int) -> None:
        self.value, self.lease = value, None


class Forgetful(Cache):
    def delete(self) -> None:
        self.value = None


@dataclass(frozen=True)
class Client:
    doing: str = "idle"
    token: Token = 0
    got: Version = 0


@dataclass(frozen=True)
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
    return None if s.dirty else replace(s, source=NEXT, dirty=True)


def invalidate(s: State) -> object:
    return replace(s, dirty=False, cached=0, lease=0) if s.dirty else None


def one_lease(s: State) -> bool:
    return sum(s.lease != 0 and one.token == s.lease for one in s.clients) <= 1


def clean(s: State) -> bool:
    return s.dirty or s.cached in (0, s.source)


HIT = Cover("a client was given a value", lambda event: event[0] == "hit")
CALLS = {
    "get": lambda cache, s, me: cache.get()[1] or 0,
    "fill": lambda cache, s, me: cache.put(s.clients[me].token, s.clients[me].got),
    "invalidate": lambda cache, s: cache.delete(),
}


def dump(cache: Cache, s: State, me: int | None, token: int | None) -> State:
    s = replace(s, cached=cache.value or 0, lease=cache.lease or 0)
    return put(s, me, replace(s.clients[me], token=token)) if me is not None and token is not None else s


def real(kind: type[Cache]) -> Real:
    def load(s: State) -> Cache:
        return kind(s.cached or None, s.lease or None, max(s.lease, *(one.token for one in s.clients)))

    return Real(load, CALLS, dump, derived=("last",))


leases = system(
    name="leases",
    init=lambda clients: State((Client(),) * clients),
    actions=(
        Action("get", get, by="clients"),
        Action("fetch", fetch, by="clients"),
        Action("fill", fill, by="clients"),
        Action("write", write),
        Action("invalidate", invalidate),
    ),
    laws=(
        Law("L1", "fresh", says="No client is given a stale value.", holds=lambda e: e[0] != "hit" or e[1], cover=HIT),
        Law("L2", "one lease", says="At most one client holds the lease.", holds=one_lease, of_states=True),
        Law("L3", "clean", says="With no write on its way the cache is not stale.", holds=clean, of_states=True),
    ),
    real=real(Cache),
    mutants=(
        Variant("careless", "fills the cache whatever lease is held", "L3", real(Careless)),
        Variant("forgetful", "leaves the lease when the cache is emptied", "L3", real(Forgetful)),
    ),
    symmetric="clients",
    large=6,
)
