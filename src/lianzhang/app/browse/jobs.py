"""Long computations: started, watched, cancelled. Their records stay; one that the server's end broke off says so."""

from __future__ import annotations

import logging
import secrets
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from lianzhang.app.browse.records import ENDED, Asked, Job, Outcome, Records, interrupted
from lianzhang.errors import LianzhangError, UnknownNameError
from lianzhang.i18n import Text

#: How long the end of a server waits for a computation to come to its next step, in seconds.
_PATIENCE_S = 3.0
_log = logging.getLogger("lianzhang.jobs")


class JobsFullError(LianzhangError):
    """As many computations wait as may."""

    code = "jobs-full"
    http_status = 503
    title = Text("计算排队已满", "Too many computations wait")


class _Cancelled(Exception):  # noqa: N818 - not an error: the way out of a computation that is no longer wanted
    pass


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
        records: Path | None = None,
    ) -> None:
        self._ended = ended
        self._records = None if records is None else Records(records)
        self._closing = False
        self._folder = folder
        self._waiting = waiting
        self._remembered = remembered
        self._changed = threading.Condition()
        known = [] if self._records is None else self._records.read(_now())
        self._jobs: dict[str, Job] = {job.job_id: job for job in known}
        with self._changed:
            self._forget()
        self._unwanted: set[str] = set()
        self._line: SimpleQueue[tuple[str, Work, Path]] = SimpleQueue()
        # Threads that the end of the process does not wait for: a step of a computation may take minutes.
        self._threads = [
            threading.Thread(target=self._serve, name="job", daemon=True) for _ in range(threads)
        ]

    def start(
        self,
        kind: str,
        region: str | None,
        work: Work,
        *,
        folder: Path | None = None,
        asked: Asked | None = None,
    ) -> Job:
        """Have a computation done.

        Args:
            kind: what is computed.
            region: of which region; None where it is of none.
            work: the computation; it is given a function to tell its step and progress (0 to 1), and a folder of its
                own for files.
            folder: that folder, where something has been put into it already.
            asked: the request that starts it again.

        Raises:
            JobsFullError: too many wait.
        """
        job_id = secrets.token_urlsafe(12)
        place = folder or self.new_folder()
        job = Job(job_id, kind, region, "waiting", 0.0, Text("排队", "waiting"), _now(), asked=asked)
        with self._changed:
            if sum(j.state == "waiting" for j in self._jobs.values()) >= self._waiting:
                shutil.rmtree(place, ignore_errors=True)
                raise JobsFullError(
                    Text("排队的计算太多", "too many computations wait"),
                    hint=Text("等几个结束，或取消几个", "wait for some to end, or cancel some"),
                )
            self._jobs[job_id] = job
            self._note(job)
            self._forget()
            for thread in self._threads:
                if not thread.ident:
                    thread.start()
        self._line.put((job_id, work, place))
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
        """Stop everything at its next step, if that comes soon; what has not ended counts as interrupted."""
        with self._changed:
            self._closing = True
            self._unwanted |= {i for i, j in self._jobs.items() if j.state not in ENDED}
            self._changed.wait_for(
                lambda: not any(j.state == "running" for j in self._jobs.values()), _PATIENCE_S
            )
            for job_id, job in self._jobs.items():
                if job.state not in ENDED:
                    self._jobs[job_id] = interrupted(job, _now())
                    self._note(self._jobs[job_id])
        if self._records is not None:
            self._records.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _serve(self) -> None:
        while True:
            self._run(*self._line.get())

    def _run(self, job_id: str, work: Work, folder: Path) -> None:
        def tick(step: Text, done: float) -> None:
            with self._changed:
                if job_id in self._unwanted:
                    raise _Cancelled
                self._set(job_id, step=step, progress=min(max(done, 0.0), 1.0))

        with self._changed:
            if self._jobs[job_id].state in ENDED:
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
            stopped = interrupted(self.job(job_id), _now())
            changes = {"state": "cancelled", "step": Text("已取消", "cancelled")}
            if self._closing:
                changes = {"state": stopped.state, "step": stopped.step, "error": stopped.error}
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
            if self._jobs[job_id].state in ENDED:
                return  # the server did not wait for it
            self._set(job_id, ended=_now(), **changes)

    def _set(self, job_id: str, **changes: Any) -> Job:
        """Change a computation; the lock is held."""
        job = self._jobs[job_id]
        self._jobs[job_id] = replace(job, changes=job.changes + 1, **changes)
        if "state" in changes:
            self._note(self._jobs[job_id])
        self._changed.notify_all()
        return self._jobs[job_id]

    def _note(self, job: Job) -> None:
        if self._records is not None:
            self._records.put(job)

    def _forget(self) -> None:
        """Forget the oldest that have ended; the lock is held."""
        for job_id, job in list(self._jobs.items()):
            if len(self._jobs) <= self._remembered:
                return
            if job.state in ENDED:
                del self._jobs[job_id]
                if self._records is not None:
                    self._records.drop(job_id)
                if job.outcome is not None and job.outcome.file is not None:
                    shutil.rmtree(job.outcome.file.path.parent, ignore_errors=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
