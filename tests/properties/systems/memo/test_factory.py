"""Claims about a scanner in this process: what cannot be loaded is refused, and what breaks is told."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from strandline.properties.core.named import LoadError
from strandline.properties.systems.memo.blackbox.factory import InProcess, load
from strandline.properties.systems.memo.blackbox.subject import (
    OVERLAP_MAX,
    SubjectBrokenError,
    Turn,
    Turns,
    Unavailable,
    Window,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ALWAYS = Window(None, None, ZoneInfo("UTC"))
PATIENCE = 30.0
SHORT = 0.1
NONE = Turns(())


def subject(refresh: Callable[[Window], Any], deadline: float = PATIENCE) -> InProcess:
    scanner: Any = SimpleNamespace(refresh=refresh, close=lambda: None)
    return InProcess(lambda _log, _memo: scanner, deadline)


def refreshed(of: InProcess) -> object:
    session = of.open(Path("log"), Path("memo"))
    return session.end(session.begin(ALWAYS))


def test_refreshes_are_under_way_at_once_and_end_in_any_order() -> None:
    met = threading.Barrier(OVERLAP_MAX)

    def refresh(_window: Window) -> Turns:
        met.wait(PATIENCE)
        return NONE

    session = subject(refresh).open(Path("log"), Path("memo"))
    tickets = [session.begin(ALWAYS) for _ in range(OVERLAP_MAX)]
    assert [session.end(ticket) for ticket in reversed(tickets)] == [NONE] * OVERLAP_MAX
    session.close()


def test_a_factory_of_the_current_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    (tmp_path / "of_the_current_folder.py").write_text(
        "class Inner:\n    factory = staticmethod(lambda *paths: paths)\n"
    )
    made: object = load("of_the_current_folder:Inner.factory")(Path("log"), Path("memo"))
    assert made == (Path("log"), Path("memo"))


@pytest.mark.parametrize(
    ("name", "source", "says"),
    [
        ("m", "", "'m' is not module:factory"),
        (":f", "", "is not module:factory"),
        ("no_such_module:f", "", "cannot be imported: ModuleNotFoundError: No module named 'no_such_module'"),
        ("{}:f", "", "has no 'f'"),
        ("{}:f", "f = 5", "int cannot be called"),
        ("{}:f", "raise SystemExit(3)", "cannot be imported: SystemExit: 3"),
        ("{}:f", "1 / 0", "cannot be imported: ZeroDivisionError: division by zero"),
        ("{}:f", "f(", "cannot be imported: SyntaxError"),
        ("..:f", "", "cannot be imported"),
    ],
)
def test_what_cannot_be_loaded_is_one_line(
    name: str, source: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    module = f"loaded_{abs(hash((name, source)))}"
    (tmp_path / f"{module}.py").write_text(source)
    with pytest.raises(LoadError) as caught:
        load(name.format(module))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (None, "a value of type NoneType, which is neither Turns nor Unavailable"),
        (Turns([]), "turns in a value of type list"),  # type: ignore[arg-type]
        (Turns((("p", None, 5, None),)), "which is no Turn"),  # type: ignore[arg-type]
        (Turns((Turn("p", None, "5", None),)), "which is no Turn"),  # type: ignore[arg-type]
        (Unavailable(OSError()), "a reason that is a value of type OSError"),  # type: ignore[arg-type]
    ],
)
def test_an_outcome_of_another_type_is_garbage(outcome: object, says: str) -> None:
    with pytest.raises(SubjectBrokenError, match=r"^garbage: refresh\(None, None, UTC\) gave ") as caught:
        refreshed(subject(lambda _window: outcome))
    assert says in str(caught.value)


def test_what_a_factory_gives_must_refresh_and_close() -> None:
    broken: Any = object()
    with pytest.raises(SubjectBrokenError, match=r"^garbage: the factory gave .* which has no method refresh"):
        InProcess(lambda _log, _memo: broken).open(Path(), Path())


def test_whatever_is_raised_is_told() -> None:
    def stop(_window: Window) -> None:
        raise SystemExit(3)

    with pytest.raises(SubjectBrokenError, match=r"^exception: refresh\(None, None, UTC\) raised SystemExit: 3"):
        refreshed(subject(stop))
    with pytest.raises(SubjectBrokenError, match=r"^exception: the factory raised ZeroDivisionError"):
        InProcess(lambda _log, _memo: 1 / 0).open(Path(), Path())  # type: ignore[arg-type,return-value]


def test_a_hang_is_told_by_the_deadline() -> None:
    leave = threading.Event()
    with pytest.raises(SubjectBrokenError, match=r"^hang: .* did not return within 0.1 s"):
        refreshed(subject(lambda _window: leave.wait(PATIENCE), SHORT))
    leave.set()
