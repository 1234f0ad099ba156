"""Progress of a computation as server-sent events (WHATWG HTML, 9.2)."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from lianzhang.app.browse.jobs import Jobs
from lianzhang.app.browse.records import ENDED, Job
from lianzhang.errors import UnknownNameError

#: A line now and then keeps proxies from closing the stream, and lets the server see that nobody listens.
_BEAT_S = 2.0
#: How often the computation is looked at. No thread waits for it: as many may watch as like.
_LOOK_S = 0.1


async def follow(
    jobs: Jobs, job_id: str, seen: int, show: Callable[[Job], dict[str, Any]], stopping: Callable[[], bool]
) -> AsyncIterator[bytes]:
    """An event for every change, from the one after ``seen`` on, until the computation has ended.

    Events are called ``progress`` and, the last one, ``end``; their data are the computation as JSON and their id
    counts its changes, so that a browser that lost the connection goes on where it was.
    """
    spoken = time.monotonic()
    while not stopping():
        try:
            job = jobs.job(job_id)
        except UnknownNameError:
            return
        if job.changes > seen:
            seen = job.changes
            name = "end" if job.state in ENDED else "progress"
            data = json.dumps(show(job), ensure_ascii=False, allow_nan=False, default=str)
            spoken = time.monotonic()
            yield f"id: {seen}\nevent: {name}\ndata: {data}\n\n".encode()
        elif job.state in ENDED:
            return
        elif time.monotonic() - spoken > _BEAT_S:
            spoken = time.monotonic()
            yield b": still here\n\n"
        if job.state in ENDED:
            return
        await asyncio.sleep(_LOOK_S)
