"""Claims about a machine that others use too: what a run keeps where all may write is its own, and made by no name."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from tests.properties.commands.calls import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.search,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="strace is for Linux"),
]

CALLS: Final = (
    "open,openat,creat,mkdir,mkdirat,bind,chmod,fchmodat,rename,renameat,renameat2,link,linkat,symlink,symlinkat"
)
OPEN: Final = ("/tmp/", "/var/tmp/", "/dev/shm/")  # noqa: S108 - looked at, and not used
"""Where all may make files."""

COMMANDS: Final = (
    "turns LOG",
    "turns LOG --follow --oracle --for 0s",
    "threads notes append t --create --message hello",
    "teeth --mutant dominance",
    "soak --cases 1 --steps 2 -n 1",
    "check --subject-cmd false",
    "demo --picture",
)


@cache
def injects() -> bool:
    strace = shutil.which("strace")
    return strace is not None and subprocess.run([strace, "-o", "/dev/null", "true"], check=False).returncode == 0


class Made(NamedTuple):
    """A system call that names something directly in a folder in which all may make files, or that makes a file."""

    call: str
    name: str
    flags: str
    mode: int


def called(trace: str) -> Iterator[Made]:
    """Read what strace wrote."""
    for line in trace.splitlines():
        found = re.match(r'\d+ +(\w+)\((?:AT_FDCWD, |\d+, )?(?:\{sa_family=AF_UNIX, sun_path=)?"([^"]*)"(.*)', line)
        if found is not None:
            mode = re.search(r", (0[0-7]{3,4})\b", found[3])
            yield Made(found[1], found[2], found[3], int(mode[1], 8) if mode else 0)


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder for temporary files in which all may make some, as /tmp is."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o1777)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("STRANDLINE_MEMO", raising=False)
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_another_user_can_neither_read_nor_steer_what_a_run_keeps(command: str, log: Path, shared: Path) -> None:
    """Whatever is made where all may make files has a name that was drawn, is made by this run, and for its user."""
    if not injects():
        pytest.skip("strace is not here, or may not look on")
    before = os.umask(0o022)
    try:
        words = [str(log) if word == "LOG" else word for word in command.split()]
        start = [sys.executable, "-c", "from strandline.properties.commands.entry import main; main()", *words]
        strace = ["strace", "-f", "-qq", "-e", "signal=none", "-e", f"trace={CALLS}", "-o", "../trace"]
        done = subprocess.run([*strace, *start], capture_output=True, timeout=PATIENCE, check=False)
    finally:
        os.umask(before)
    assert done.returncode in {0, 3, 4}, done.stderr
    made = set(called(Path("../trace").read_text("utf-8", "replace")))
    mine = f"{shared.parent}/"
    there = [one for one in made if one.name.startswith((f"{shared}/", *(() if one.name.startswith(mine) else OPEN)))]
    own = {one.name for one in there if one.call == "mkdir" and one.mode == 0o700}
    for one in there:
        if any(one.name.startswith(f"{folder}/") for folder in own):
            continue  # in a folder of this user's alone
        assert re.fullmatch(r"(strandline-|tmp|sem\.|pymp-)?[a-zA-Z0-9_]{6,}", Path(one.name).name), one
        if one.call in {"open", "openat"} and "O_CREAT" in one.flags:
            assert "O_EXCL" in one.flags, one
            assert one.mode & 0o077 == 0, one
        elif one.call in {"open", "openat"}:
            assert one.name in own or "O_TMPFILE" in one.flags or "ENOENT" in one.flags, one
        else:
            assert one.name in own, one
    assert list(shared.iterdir()) == []
    kept = [path for path in shared.parent.rglob("*") if path.suffix in {".jsonl", ".sqlite"} and path != log]
    assert kept or not command.startswith(("turns", "threads", "soak"))
    assert {oct(stat.S_IMODE(path.stat().st_mode) & 0o077) for path in kept} <= {"0o0"}


def test_the_reader_of_a_trace_sees_what_is_made() -> None:
    trace = (
        '12 openat(AT_FDCWD, "/x", O_RDWR|O_CREAT, 0644) = 3\n'
        '12 mkdir("/strandline-abc", 0700) = 0\n'
        '7  bind(3, {sa_family=AF_UNIX, sun_path="/s"}, 9) = 0\n'
    )
    assert [(one.call, one.name, one.mode) for one in called(trace)] == [
        ("openat", "/x", 0o644),
        ("mkdir", "/strandline-abc", 0o700),
        ("bind", "/s", 0),
    ]
