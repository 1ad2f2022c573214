"""Keeps a deployment's processes running: starts them, restarts what dies, ends all of them."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

MARK = "TROTH_SERVED"  # in the environment of every child and grandchild: whose they are
STEADY_S = 30.0  # one that ran this long had a good start: the next restart is at once again
LONGEST_PAUSE_S = 30.0


def pause_after(failures: int) -> float:
    """Seconds to wait before a restart, after so many failures in a row: none at first, then doubling to a cap."""
    return 0.0 if failures <= 1 else min(0.5 * 2 ** min(failures - 2, 20), LONGEST_PAUSE_S)


@dataclass
class Child:
    """One process to keep running. `command` is its argument list."""

    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    failures: int = 0
    started: float = 0.0
    not_before: float = 0.0


@dataclass
class Supervisor:
    """Children of one home. `say` is told, in words, what happens to them. `log`: a file for all they write."""

    mark: str
    children: list[Child]
    say: Callable[[str], None]
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    log: Path | None = None

    def look(self) -> None:
        """Start what does not run and may; note what ended. Call it a few times a second."""
        for child in self.children:
            if child.process and child.process.poll() is not None:
                self._note_end(child, child.process)
            if child.process is None and time.monotonic() >= child.not_before:
                self._start(child)

    def stop(self, grace: float = 20.0) -> None:
        """Ask every child to finish, wait up to `grace` seconds, then kill the rest with all they started."""
        running = [child.process for child in self.children if child.process]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + grace
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"process {process.pid} does not finish: killed; its jobs are taken over later")
            kill_group(process)
        for child in self.children:
            child.process = None

    def _start(self, child: Child) -> None:
        child.started = time.monotonic()
        with _opened(self.log) as log:
            child.process = start(child.command, {**self.environment, MARK: self.mark}, stdout=log, stderr=log)

    def _note_end(self, child: Child, process: "subprocess.Popen[bytes]") -> None:
        kill_group(process)  # what it started and left
        child.process = None
        steady = time.monotonic() - child.started >= STEADY_S
        child.failures = 1 if steady else child.failures + 1
        pause = pause_after(child.failures)
        child.not_before = time.monotonic() + pause
        when = f"in {pause:g} s" if pause else "now"
        self.say(f"{child.name} ended ({_how(process.returncode)}); starting it again {when}")


def start(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    stdout: IO[bytes] | None = None,
    stderr: IO[bytes] | None = None,
) -> "subprocess.Popen[bytes]":
    """A process that ends when this one does. Its output goes where this one's goes unless said otherwise."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        env=dict(environment),
        start_new_session=True,  # Ctrl-C reaches the supervisor alone, which ends them in order
        preexec_fn=_end_with_parent,  # noqa: PLW1509  (this process has one thread)
    )


def _opened(log: Path | None) -> AbstractContextManager[IO[bytes] | None]:
    return nullcontext() if log is None else open(log, "ab")


def kill_leftovers(mark: str) -> int:
    """End processes that a killed supervisor of the same home left behind; returns how many."""
    import psutil

    left = [process for process in psutil.process_iter() if process.pid != os.getpid() and _marked(process, mark)]
    for process in left:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            pass
    psutil.wait_procs(left, timeout=5)
    return len(left)


def _marked(process: "psutil.Process", mark: str) -> bool:
    import psutil

    try:
        return bool(process.environ().get(MARK) == mark)
    except (psutil.Error, OSError):
        return False  # another user's, or gone


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """Kill one that `start` made, with all it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        pass  # the kernel holds it, in a disk wait say; it dies when that ends


_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """In the child: ask Linux for SIGTERM when the supervisor dies. Elsewhere the next start clears leftovers."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
