"""Records of computations on disk, so that a server that is started again knows what the last one was doing.

One file of JSON per computation, replaced whole at every change of its state. Files that a computation made are not
kept: they lived in a scratch folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from lianzhang.app.browse.plain import plain
from lianzhang.errors import LianzhangError
from lianzhang.i18n import Text

JobState = Literal["waiting", "running", "done", "failed", "cancelled", "interrupted"]
ENDED: tuple[JobState, ...] = ("done", "failed", "cancelled", "interrupted")
#: Followers that had seen more changes than are on record still see the next one.
_LATER = 1_000_000


class InterruptedJobError(LianzhangError):
    """The server stopped before the computation had ended."""

    code = "interrupted"
    http_status = 503
    title = Text("计算被中断", "Computation interrupted")


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
class Asked:
    """The request that started a computation: where, and with which body. The same request starts it again."""

    address: str
    body: Mapping[str, Any]


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
    asked: Asked | None = None
    changes: int = 0


def interrupted(job: Job, now: str) -> Job:
    """A computation that the end of its server broke off."""
    remedy = Text("用同样的请求再次开始", "start it again with the same request")
    if job.asked is None:
        remedy = Text("再次上传并开始", "upload again and start again")
    words = Text("服务停止，计算被中断", "the server stopped before it had ended")
    error = InterruptedJobError(words, hint=remedy)
    return replace(job, state="interrupted", step=words, ended=now, error=error, changes=job.changes + 1)


class Records:
    """The records of one store's computations."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._handle: int | None = None

    def _ours(self) -> bool:
        """Whether this process keeps the records: a second server over the same store must not end the first one's.

        The lock goes with the process.
        """
        if self._handle is None:
            try:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                handle = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
            except OSError:
                return False
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(handle)
                return False
            self._handle = handle
        return True

    def close(self) -> None:
        """Let another process keep them."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def put(self, job: Job) -> None:
        """Write a computation down. A store that cannot be written to has no records, and computes all the same."""
        if not self._ours():
            return
        error = job.error
        raw = {
            "job_id": job.job_id,
            "kind": job.kind,
            "region": job.region,
            "state": job.state,
            "progress": job.progress,
            "step": [job.step.zh, job.step.en],
            "created": job.created,
            "started": job.started,
            "ended": job.ended,
            "result": None if job.outcome is None else plain(job.outcome.result),
            "asked": None if job.asked is None else [job.asked.address, plain(job.asked.body)],
            "error": None
            if error is None
            else {
                "code": error.code,
                "message": [error.message.zh, error.message.en],
                "hint": None if error.hint is None else [error.hint.zh, error.hint.en],
                "details": plain(error.details),
            },
        }
        place = self._place(job.job_id)
        scratch = place.with_suffix(".new")
        with contextlib.suppress(OSError):
            with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as sink:
                json.dump(raw, sink)
            scratch.replace(place)

    def drop(self, job_id: str) -> None:
        """Forget a computation."""
        with contextlib.suppress(OSError):
            self._place(job_id).unlink(missing_ok=True)

    def read(self, now: str) -> list[Job]:
        """All computations on record, oldest first. Those that had not ended count as interrupted, on disk as well."""
        found: list[Job] = []
        if not self._folder.is_dir() or not self._ours():
            return found
        for path in self._folder.glob("*.json"):
            try:
                job = _job(json.loads(path.read_text(encoding="utf-8")))
            except (OSError, ValueError, KeyError, TypeError):
                continue  # cut short, or of another version
            if job.state not in ENDED:
                job = interrupted(job, now)
                self.put(job)
            found.append(job)
        return sorted(found, key=lambda job: job.created)

    def _place(self, job_id: str) -> Path:
        return self._folder / f"{job_id}.json"


def _job(raw: Mapping[str, Any]) -> Job:
    error = raw["error"]
    return Job(
        job_id=raw["job_id"],
        kind=raw["kind"],
        region=raw["region"],
        state=raw["state"],
        progress=raw["progress"],
        step=Text(*raw["step"]),
        created=raw["created"],
        started=raw["started"],
        ended=raw["ended"],
        outcome=None if raw["result"] is None else Outcome(raw["result"]),
        error=None if error is None else _error(error),
        asked=None if raw["asked"] is None else Asked(*raw["asked"]),
        changes=_LATER,
    )


def _error(raw: Mapping[str, Any]) -> LianzhangError:
    """An error as it was told: of the kind that has its code, else of the root."""
    kinds = [LianzhangError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    kind = next((k for k in kinds if k.code == raw["code"]), LianzhangError)
    error = kind.__new__(kind)
    hint = Text(*raw["hint"]) if raw["hint"] else None
    LianzhangError.__init__(error, Text(*raw["message"]), hint=hint, details=raw["details"])
    return error
