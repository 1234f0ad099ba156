"""The trail of every write through the interface: one line of JSON each, only ever added to.

It says when, what, from where and with which outcome, and nothing about who sat there: no names, no addresses.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from lianzhang.errors import StoreError
from lianzhang.i18n import Text

FILE = "audit.jsonl"
_LINE = 4_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One write, sign-in or refusal. ``what`` is the operation, ``by`` how it was authorised (``nobody``: refused),
    ``origin`` a page or a program."""

    time: str
    what: str
    region: str | None
    by: Literal["token", "session", "nobody"]
    origin: Literal["page", "program"]
    status: int
    problem: str | None
    details: dict[str, Any] = field(default_factory=dict)


class Audit:
    """The trail of one store."""

    def __init__(self, store: Path) -> None:
        self.path = store / FILE

    def ready(self) -> None:
        """Make sure that a line could be added, before anything is done that would need one.

        Raises:
            StoreError: the trail cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))
        except OSError as error:
            raise StoreError(
                Text(
                    f"写不了审计记录：{error.strerror}",
                    f"the audit trail cannot be written: {error.strerror}",
                ),
                hint=Text(
                    "检查数据仓文件夹的权限与磁盘空间", "check the store folder's permissions and disk space"
                ),
            ) from error

    def add(
        self,
        *,
        what: str,
        region: str | None,
        by: Literal["token", "session", "nobody"],
        origin: Literal["page", "program"],
        status: int,
        problem: str | None,
        details: Mapping[str, Any],
    ) -> None:
        """Add one entry; it is on disk when this returns."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        entry = Entry(now, what, region, by, origin, status, problem, dict(details))
        line = json.dumps(asdict(entry), ensure_ascii=False, default=str)
        if len(line) > _LINE:
            shortened = {**asdict(entry), "details": {"shortened": True}}
            line = json.dumps(shortened, ensure_ascii=False, default=str)
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            os.write(handle, (line + "\n").encode(errors="replace"))
            os.fsync(handle)
        finally:
            os.close(handle)

    def entries(self, region: str | None = None, *, most: int = 100) -> list[Entry]:
        """The latest entries, newest first: of a region and of none, or all."""
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        found: list[Entry] = []
        for line in reversed(lines):
            if len(found) >= most:
                break
            try:
                entry = Entry(**json.loads(line))
            except (ValueError, TypeError):
                continue  # a line that a crash cut short
            if region is None or entry.region in (region, None):
                found.append(entry)
        return found
