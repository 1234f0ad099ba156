"""Progress of a computation as server-sent events (WHATWG HTML, 9.2)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool

from lianzhang.app.browse.jobs import ENDED, Job, Jobs
from lianzhang.errors import UnknownNameError

#: A line now and then keeps proxies from closing the stream, and lets the server see that nobody listens.
_BEAT_S = 2.0


async def follow(
    jobs: Jobs, job_id: str, seen: int, show: Callable[[Job], dict[str, Any]], stopping: Callable[[], bool]
) -> AsyncIterator[bytes]:
    """An event for every change, from the one after ``seen`` on, until the computation has ended.

    Events are called ``progress`` and, the last one, ``end``; their data are the computation as JSON and their id
    counts its changes, so that a browser that lost the connection goes on where it was.
    """
    while not stopping():
        try:
            job = await run_in_threadpool(jobs.wait, job_id, seen, _BEAT_S)
        except UnknownNameError:
            return
        if job.changes > seen or (seen < 0):
            seen = job.changes
            name = "end" if job.state in ENDED else "progress"
            data = json.dumps(show(job), ensure_ascii=False, allow_nan=False, default=str)
            yield f"id: {seen}\nevent: {name}\ndata: {data}\n\n".encode()
        elif job.state in ENDED:
            return
        else:
            yield b": still here\n\n"
        if job.state in ENDED:
            return
