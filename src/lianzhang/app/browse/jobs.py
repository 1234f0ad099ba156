"""Long computations: started, watched, cancelled. They live as long as the process; what they keep is in the store."""

from __future__ import annotations

import logging
import secrets
import shutil
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from lianzhang.errors import LianzhangError, UnknownNameError
from lianzhang.i18n import Text

JobState = Literal["waiting", "running", "done", "failed", "cancelled"]
ENDED: tuple[JobState, ...] = ("done", "failed", "cancelled")
_log = logging.getLogger("lianzhang.jobs")


class JobsFullError(LianzhangError):
    """As many computations wait as may."""

    code = "jobs-full"
    http_status = 503
    title = Text("计算排队已满", "Too many computations wait")


class _Cancelled(Exception):  # noqa: N818 - not an error: the way out of a computation that is no longer wanted
    pass


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file that a computation made."""

    path: Path
    media: str
    name: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a computation gives: plain values, and a file where that is what was asked for."""

    result: Mapping[str, Any] = field(default_factory=dict)
    file: JobFile | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A computation as it stands. ``progress`` is between 0 and 1; times are UTC, ISO."""

    job_id: str
    kind: str
    region: str | None
    state: JobState
    progress: float
    step: Text
    created: str
    started: str | None = None
    ended: str | None = None
    outcome: Outcome | None = None
    error: LianzhangError | None = None
    changes: int = 0


Tick = Callable[[Text, float], None]
Work = Callable[[Tick, Path], Outcome]


class Jobs:
    """Runs computations one after another per thread, and remembers the last ones.

    A computation is told to stop at its next step; a step that computes is not broken off. A file that it made is kept
    as long as it is remembered.
    """

    def __init__(
        self,
        folder: Path,
        *,
        threads: int = 1,
        waiting: int = 20,
        remembered: int = 50,
        ended: Callable[[], None] | None = None,
    ) -> None:
        self._ended = ended
        self._folder = folder
        self._waiting = waiting
        self._remembered = remembered
        self._changed = threading.Condition()
        self._jobs: dict[str, Job] = {}
        self._unwanted: set[str] = set()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="job")

    def start(self, kind: str, region: str | None, work: Work, *, folder: Path | None = None) -> Job:
        """Have a computation done.

        Args:
            kind: what is computed.
            region: of which region; None where it is of none.
            work: the computation; it is given a function to tell its step and progress (0 to 1), and a folder of its
                own for files.
            folder: that folder, where something has been put into it already.

        Raises:
            JobsFullError: too many wait.
        """
        job_id = secrets.token_urlsafe(12)
        place = folder or self.new_folder()
        job = Job(job_id, kind, region, "waiting", 0.0, Text("排队", "waiting"), _now())
        with self._changed:
            if sum(j.state == "waiting" for j in self._jobs.values()) >= self._waiting:
                shutil.rmtree(place, ignore_errors=True)
                raise JobsFullError(
                    Text("排队的计算太多", "too many computations wait"),
                    hint=Text("等几个结束，或取消几个", "wait for some to end, or cancel some"),
                )
            self._jobs[job_id] = job
            self._forget()
        self._pool.submit(self._run, job_id, work, place)
        return job

    def new_folder(self) -> Path:
        """A new empty folder for a computation's files."""
        place = self._folder / secrets.token_hex(8)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.mkdir(mode=0o700)
        return place

    def job(self, job_id: str) -> Job:
        """A computation as it stands now.

        Raises:
            UnknownNameError: there is none of that id, or it is no longer remembered.
        """
        with self._changed:
            if job_id not in self._jobs:
                # The ids are what keeps results from strangers: they are not listed.
                raise UnknownNameError(Text("计算", "computation"), job_id)
            return self._jobs[job_id]

    def jobs(self) -> list[Job]:
        """Every computation that is remembered, newest first."""
        with self._changed:
            return list(reversed(self._jobs.values()))

    def cancel(self, job_id: str) -> Job:
        """Tell a computation to stop; one that has ended stays as it is.

        Raises:
            UnknownNameError: there is none of that id.
        """
        job = self.job(job_id)
        with self._changed:
            job = self._jobs[job_id]
            if job.state == "waiting":
                job = self._set(job_id, state="cancelled", ended=_now(), step=Text("已取消", "cancelled"))
            if job.state not in ENDED:
                self._unwanted.add(job_id)
        return job

    def wait(self, job_id: str, changes: int, timeout_s: float) -> Job:
        """The computation once it has changed more often than ``changes``, or after a while anyway.

        Raises:
            UnknownNameError: there is none of that id.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: job_id not in self._jobs or self._jobs[job_id].changes > changes, timeout_s
            )
        return self.job(job_id)

    def close(self) -> None:
        """Cancel everything and remove the files."""
        with self._changed:
            self._unwanted |= {i for i, j in self._jobs.items() if j.state not in ENDED}
        self._pool.shutdown(wait=True, cancel_futures=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, job_id: str, work: Work, folder: Path) -> None:
        def tick(step: Text, done: float) -> None:
            with self._changed:
                if job_id in self._unwanted:
                    raise _Cancelled
                self._set(job_id, step=step, progress=min(max(done, 0.0), 1.0))

        with self._changed:
            if self._jobs[job_id].state == "cancelled":
                shutil.rmtree(folder, ignore_errors=True)
                return
            self._set(job_id, state="running", started=_now(), step=Text("开始", "started"))
        kept = False
        try:
            tick(Text("开始", "started"), 0.0)
            outcome = work(tick, folder)
            kept = outcome.file is not None
            changes: dict[str, Any] = {
                "state": "done",
                "progress": 1.0,
                "step": Text("完成", "done"),
                "outcome": outcome,
            }
        except _Cancelled:
            changes = {"state": "cancelled", "step": Text("已取消", "cancelled")}
        except LianzhangError as error:
            changes = {"state": "failed", "step": error.message, "error": error}
        except Exception:
            _log.exception("computation %s failed", job_id)
            message = Text("程序内部出错；细节在日志里", "an internal fault; its details are in the log")
            changes = {"state": "failed", "step": message, "error": LianzhangError(message)}
        finally:
            if not kept:
                shutil.rmtree(folder, ignore_errors=True)
        if self._ended is not None:
            self._ended()
        with self._changed:
            self._unwanted.discard(job_id)
            self._set(job_id, ended=_now(), **changes)

    def _set(self, job_id: str, **changes: Any) -> Job:
        """Change a computation; the lock is held."""
        job = self._jobs[job_id]
        self._jobs[job_id] = replace(job, changes=job.changes + 1, **changes)
        self._changed.notify_all()
        return self._jobs[job_id]

    def _forget(self) -> None:
        """Forget the oldest that have ended; the lock is held."""
        for job_id, job in list(self._jobs.items()):
            if len(self._jobs) <= self._remembered:
                return
            if job.state in ENDED:
                del self._jobs[job_id]
                if job.outcome is not None and job.outcome.file is not None:
                    shutil.rmtree(job.outcome.file.path.parent, ignore_errors=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
