"""Claims about calls that cannot be served: bad input, closed stores, folders that cannot be written, Ctrl-C."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from strandline.impl.threads.errors import (
    BadInputError,
    ClosedError,
)
from strandline.impl.threads.limits import Limits
from strandline.impl.threads.store import LiveThread, ThreadStore
from tests.impl.threads.items import PATIENCE, child, end, line_of, noise, said
from tests.impl.threads.stores import lock, row_of, unix

if TYPE_CHECKING:
    from collections.abc import Callable


def bad(store: ThreadStore, thread: LiveThread) -> dict[str, Callable[[], object]]:
    """Calls with arguments of no use."""
    anything: Any = object()
    return {
        "an id that is no name": lambda: store.create("../x"),
        "an empty id": lambda: store.resume(""),
        "an id of another type": lambda: store.read(anything),
        "a fact that there is not": lambda: store.create(colour="red"),
        "a fact of another type": lambda: store.create(cwd=5),
        "a fact that is no JSON": lambda: store.create(git={"branch": anything}),
        "no items": lambda: thread.append([]),
        "no item": lambda: thread.append([anything]),
        "items that are none": lambda: thread.append_and_flush(anything),
        "a deadline before now": lambda: thread.flush(deadline=-1),
        "a deadline of another type": lambda: thread.persist(deadline=anything),
        "a deadline that is no number": lambda: thread.shutdown(deadline=float("nan")),
        "another way to fail": lambda: thread.discard(on_failure=anything),
        "an empty title": lambda: thread.rename(""),
        "a title of another type": lambda: thread.rename(anything),
        "a mode of another type": lambda: thread.set_memory_mode(anything),
        "nothing to change": lambda: thread.update_metadata(deadline=1),
        "a column that there is not": lambda: thread.update_metadata(colour="red"),
        "a column that is derived": lambda: thread.update_metadata(tokens=5),
        "a value of another type": lambda: thread.update_metadata(model=anything),
        "a token of another type": lambda: store.read(thread.id, at_least=anything),
        "a page of nothing": lambda: store.list(0),
        "a page of another type": lambda: store.list(anything),
        "a position of another type": lambda: store.list(5, anything),
        "a close that fails otherwise": lambda: store.close(on_failure=anything),
    }


@pytest.mark.parametrize("case", bad(None, None))  # type: ignore[arg-type] # for the names
def test_what_is_of_no_use_is_refused_in_words_and_changes_nothing(store: ThreadStore, case: str) -> None:
    thread = store.create("t")
    before = thread.append([said("a")])
    with pytest.raises(BadInputError) as caught:
        bad(store, thread)[case]()
    assert len(str(caught.value)) > 20
    assert thread.generation == before
    assert thread.flush(deadline=PATIENCE).status == "done"


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInputError, match="no store can be there"):
        ThreadStore(tmp_path / "file")
    with pytest.raises(BadInputError, match="'pace'"):
        ThreadStore(tmp_path, limits=Limits(pace=-1))
    with pytest.raises(BadInputError, match="pathlib"):
        ThreadStore("folder")  # type: ignore[arg-type]


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = ThreadStore(tmp_path)
    store.close()
    calls: list[Callable[[], object]] = [store.create, lambda: store.resume("t"), store.list, lambda: store.read("t")]
    for call in calls:
        with pytest.raises(ClosedError, match="open it anew"):
            call()


READ_ONLY = """
import os, sys
from pathlib import Path
from strandline.impl.threads.errors import ThreadError
from strandline.impl.threads.lines import Item, encode
from strandline.impl.threads.store import ThreadStore
folder = Path(sys.argv[1])
store = ThreadStore(folder)
thread = store.create("t")
thread.append_and_flush([Item("x", {})])
(folder / "rollouts").chmod(0o555)
store.list()
if os.getuid() == 0:
    os.setuid(65534)
try:
    store.create("u")
except ThreadError as error:
    print(type(error).__name__, flush=True)
thread.append([Item("x", {})])
print(thread.discard(on_failure="return").status, flush=True)
print(len(store.list().rows), flush=True)
os._exit(0)
"""


@unix
def test_a_folder_that_is_read_only_is_told_and_what_is_open_goes_on() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        process = child(READ_ONLY, folder)
        try:
            assert [line_of(process) for _ in range(3)] == ["WriteError", "unwritten", "1"]
        finally:
            (folder / "rollouts").chmod(0o700)
            end(process)


def test_ctrl_c_in_a_barrier_leaves_the_thread_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadStore(tmp_path, limits=Limits(pace=PATIENCE, busy=PATIENCE)) as store:
        thread = store.create()
        thread.append_and_flush([noise()])
        with lock(tmp_path / "threads.sqlite"):
            thread.append([said("a")])

            def stopped(*_: object) -> bool:
                raise KeyboardInterrupt

            with monkeypatch.context() as broken:
                broken.setattr("strandline.impl.threads.store._waited", stopped)
                with pytest.raises(KeyboardInterrupt):
                    thread.flush()
        thread.flush(deadline=PATIENCE)
        assert row_of(store, thread)["title"] == "a"


FULL_OF_FILES = """
import os, resource, sys
from pathlib import Path
from strandline.impl.threads.errors import MetadataError, ThreadError, WriteError
from strandline.impl.threads.lines import Item
from strandline.impl.threads.store import ThreadStore
with ThreadStore(Path(sys.argv[1])) as store:
    thread = store.create("t")
    thread.append_and_flush([Item("x", {})])
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (os.open("/dev/null", os.O_RDONLY), hard))
    for call in (store.create, lambda: store.resume("u"), lambda: store.list()):
        try:
            call()
        except (WriteError, MetadataError) as error:
            print("more" if "limit of open files" in str(error) else error, flush=True)
        except ThreadError as error:
            print(type(error).__name__, flush=True)
    print(thread.append([Item("x", {})]).ordinal, flush=True)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(thread.flush(deadline=60).status, flush=True)
"""


@unix
def test_a_process_that_may_open_no_more_files_is_told_and_what_is_open_goes_on(tmp_path: Path) -> None:
    with ThreadStore(tmp_path) as store:
        store.create("u").append([noise()])
    process = child(FULL_OF_FILES, tmp_path)
    try:
        assert [line_of(process) for _ in range(5)] == ["more", "more", "more", "3", "done"]
    finally:
        end(process)
