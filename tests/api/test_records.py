"""A computation outlives its server on record: ended, or broken off and to be started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from lianzhang.app.browse.jobs import Jobs, Tick
from lianzhang.app.browse.records import Asked, Job, Outcome, Records, interrupted
from lianzhang.errors import UnknownNameError
from lianzhang.i18n import Text
from tests.api.conftest import API, BASE, TOKEN, serve

_NOW = "2026-01-01T00:00:00.000+00:00"


def _ended(jobs: Jobs, job_id: str) -> Job:
    seen = -1
    while (job := jobs.wait(job_id, seen, 5)).ended is None:
        seen = job.changes
    return job


def test_what_has_ended_is_known_to_the_next_server(tmp_path: Path) -> None:
    first = Jobs(tmp_path / "files", records=tmp_path / "records")

    def good(tick: Tick, folder: Path) -> Outcome:
        return Outcome({"n": 1, "text": "好"})

    def bad(tick: Tick, folder: Path) -> Outcome:
        raise UnknownNameError("firm", "x", ["y"])

    done = _ended(first, first.start("good", "langu", good, asked=Asked("/a", {"kind": "state"})).job_id)
    failed = _ended(first, first.start("bad", None, bad).job_id)
    first.close()

    second = Jobs(tmp_path / "files", records=tmp_path / "records")
    again = second.job(done.job_id)
    assert (again.state, again.asked, again.region) == ("done", done.asked, "langu")
    assert again.outcome is not None
    assert again.outcome.result == {"n": 1, "text": "好"}
    told = second.job(failed.job_id).error
    assert isinstance(told, UnknownNameError)
    assert failed.error is not None
    assert told.to_problem("zh") == failed.error.to_problem("zh")
    assert [j.job_id for j in second.jobs()] == [failed.job_id, done.job_id]
    second.close()


def test_closing_does_not_wait_for_a_long_step_and_calls_it_interrupted(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "files", records=tmp_path / "records")
    begun, go = threading.Event(), threading.Event()

    def long(tick: Tick, folder: Path) -> Outcome:
        begun.set()
        go.wait(30)
        return Outcome()

    running, waiting = jobs.start("long", None, long), jobs.start("long", None, long)
    assert begun.wait(10)
    began = time.monotonic()
    jobs.close()
    assert time.monotonic() - began < 10
    assert [j.state for j in jobs.jobs()] == ["interrupted"] * 2
    go.set()
    assert jobs.wait(running.job_id, 10**9, 0.2).state == "interrupted", "what ends later changes nothing"
    later = Records(tmp_path / "records").read(_NOW)
    assert {j.job_id: j.state for j in later} == {
        running.job_id: "interrupted",
        waiting.job_id: "interrupted",
    }


def test_a_killed_server_leaves_no_computation_running_for_ever(tmp_path: Path) -> None:
    left = Records(tmp_path)
    job = Job("abc", "state", "langu", "running", 0.4, Text("算", "computing"), _NOW, started=_NOW)
    left.put(job)
    other = Records(tmp_path)
    assert other.read(_NOW) == [], "the records are the first server's as long as it lives"
    other.put(interrupted(job, _NOW))
    left.close()
    (found,) = Records(tmp_path).read("2026-01-02T00:00:00.000+00:00")
    assert (found.state, found.progress, found.ended) == ("interrupted", 0.4, "2026-01-02T00:00:00.000+00:00")
    assert json.loads((tmp_path / "abc.json").read_text())["state"] == "interrupted"
    assert (tmp_path / "abc.json").stat().st_mode & 0o077 == 0, "ids open results: nobody else reads them"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"job_id": "x"}', '{"state": 3}'])
def test_a_damaged_record_is_left_aside(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.json").write_text(content)
    assert Records(tmp_path).read(_NOW) == []


def test_only_the_last_ones_stay_on_record(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "files", records=tmp_path / "records", remembered=3)
    for _ in range(6):
        _ended(jobs, jobs.start("a", None, lambda tick, folder: Outcome()).job_id)
    assert len(list((tmp_path / "records").glob("*.json"))) == 3
    jobs.close()


def test_over_http_it_is_shown_and_can_be_started_again(own_store: Path) -> None:
    head = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(serve(own_store), base_url=BASE, headers=head) as client:
        told = client.post(f"{API}/runs", json={"kind": "state", "as_of": "2024-12-31"}).json()
    with TestClient(serve(own_store), base_url=BASE, headers=head) as client:
        shown = client.get(f"/api/v1/jobs/{told['job_id']}").json()
        assert shown["state"] in ("done", "interrupted")
        asked = shown["asked"]
        assert asked["body"]["as_of"] == "2024-12-31"
        assert client.post(asked["address"], json=asked["body"]).status_code == 202
        events = client.get(f"/api/v1/jobs/{told['job_id']}/events", headers={"Last-Event-ID": "7"}).text
        assert "event: end" in events


_SLOW = """
import sys, time
from pathlib import Path
from lianzhang.api import create_api
from lianzhang.api.access import open_access
from lianzhang.api.server import listen, run
from lianzhang.app.browse.records import Outcome
from lianzhang.config import Settings
app = create_api(Settings(store=Path(sys.argv[1])), access=open_access("127.0.0.1", "x" * 20))
def slow(tick, folder):
    time.sleep(60)
    return Outcome()
job = app.state.desk.jobs.start("slow", None, slow)
bound = listen("127.0.0.1", 0)
print(bound.getsockname()[1], job.job_id, flush=True)
run(app, bound)
"""


def test_a_stop_ends_event_streams_and_computations_within_seconds(own_store: Path) -> None:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("LIANZHANG_")}
    command = [sys.executable, "-W", "ignore", "-c", _SLOW, str(own_store)]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port, job_id = server.stdout.readline().split()
        address = f"http://127.0.0.1:{port}/api/v1/jobs/{job_id}/events"
        streams = [urllib.request.urlopen(address, timeout=20) for _ in range(5)]
        assert all(b"id:" in stream.readline() for stream in streams)
        server.send_signal(signal.SIGTERM)
        began = time.monotonic()
        for stream in streams:
            stream.read()
            stream.close()
        assert server.wait(20) in (0, -signal.SIGTERM)
        assert time.monotonic() - began < 12
    (job,) = Records(own_store / "jobs").read(_NOW)
    assert (job.job_id, job.state) == (job_id, "interrupted")
