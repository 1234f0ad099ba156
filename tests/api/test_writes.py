"""Writing: figures, computations, documents, packs, networks; and the trail it leaves."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import stat
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from lianzhang.app.browse.archive import ArchiveError, Limits, check_zipped, unpack
from lianzhang.app.browse.audit import Audit
from lianzhang.app.browse.documents import plain_name
from lianzhang.app.browse.jobs import Jobs, JobsFullError, Tick
from lianzhang.app.browse.records import Outcome
from lianzhang.errors import FileFormatError, StoreError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.store import Store
from tests.api.conftest import API, BASE, TOKEN, serve

PLAN = (
    "到2027年，全省新能源汽车产量达到130万辆，规上工业营业收入突破3万亿元。\n2023年实现汽车产量86.5万辆。\n"
)


def ended(client: TestClient, answer: Any) -> dict[str, Any]:
    """The computation that an answer started, once it has ended."""
    assert answer.status_code == 202, answer.text
    place = answer.headers["location"]
    assert answer.json()["state"] in ("waiting", "running", "done")
    for _ in range(600):
        job: dict[str, Any] = client.get(place).json()
        if job["state"] in ("done", "failed", "cancelled"):
            return job
        time.sleep(0.05)
    raise AssertionError(job)


def zipped(folder: Path, *, inside: str = "") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(path, inside + str(path.relative_to(folder)))
    return stream.getvalue()


def trail(client: TestClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(f"{API}/audit").json()["items"]
    return items


def test_a_figure_is_stored_beside_others_and_audited(writer: TestClient) -> None:
    row = writer.get(f"{API}/plan/observations", params={"limit": 1}).json()["items"][0]
    body = {
        "indicator": row["indicator_id"],
        "period": "2030-03",
        "value": 7.5,
        "source": "https://a.example/x",
        "status": "official",
    }
    stored = writer.post(f"{API}/plan/observations", json=body)
    assert stored.status_code == 201
    assert stored.json()["value"] == 7.5
    again = writer.post(f"{API}/plan/observations", json=body)
    assert (again.status_code, again.json()["code"]) == (422, "input")
    unknown = writer.post(f"{API}/plan/observations", json=body | {"indicator": "no-such-indicator"})
    assert unknown.status_code == 404
    second, third, first = trail(writer)[1], trail(writer)[0], trail(writer)[2]
    assert (first["status"], second["status"], third["status"]) == (201, 422, 404)
    assert (first["problem"], second["problem"], third["problem"]) == (None, "input", "unknown-name")
    assert first["what"] == "POST /api/v1/{region}/plan/observations"
    assert (first["region"], first["by"], first["origin"]) == ("langu", "token", "program")
    assert first["details"]["value"] == 7.5


def test_the_status_of_a_figure_of_a_new_source_must_be_said(writer: TestClient) -> None:
    row = writer.get(f"{API}/plan/observations", params={"limit": 1}).json()["items"][0]
    body = {"indicator": row["indicator_id"], "period": "2030-03", "value": 7.5, "source": "audit"}
    refused = writer.post(f"{API}/plan/observations", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "input")
    assert "official for a figure as an authority published it" in refused.json()["hint"]
    taken = writer.post(f"{API}/plan/observations", json=body | {"status": "estimated"})
    assert (taken.status_code, taken.json()["status"]) == (201, "estimated")


@pytest.mark.parametrize(
    "change",
    [
        {"value": "1"},
        {"value": True},
        {"period": "soon"},
        {"period": "2024\n"},
        {"preferred": "yes"},
        {"extra": 1},
        {"source": ""},
        {"comparator": "=="},
        {"known_from": "2024-13-01"},
    ],
)
def test_a_figure_of_another_form_is_refused(writer: TestClient, change: dict[str, object]) -> None:
    body: dict[str, object] = {"indicator": "x", "period": "2024", "value": 1.0, "source": "y"}
    answer = writer.post(f"{API}/plan/observations", json=body | change)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


def test_not_json_at_all(writer: TestClient) -> None:
    for content in (b"{", b"\xff\xfe", b"[1]", b"", b"NaN"):
        answer = writer.post(
            f"{API}/plan/observations", content=content, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in (400, 422)
        assert answer.headers["content-type"] == "application/problem+json"


def test_the_state_is_computed_and_kept(writer: TestClient, own_store: Path) -> None:
    job = ended(writer, writer.post(f"{API}/runs", json={"kind": "state", "as_of": "2026-01-31"}))
    assert job["state"] == "done"
    assert job["progress"] == 1
    assert "plan.track" in job["result"]["runs"]
    runs = {r["run_id"]: r for r in writer.get(f"{API}/runs").json()["items"]}
    assert set(job["result"]["runs"].values()) <= set(runs)
    one = runs[job["result"]["runs"]["plan.track"]]
    assert one["current"] is True
    assert one == writer.get(f"{API}/runs/{one['run_id']}").json()
    rows = writer.get(f"{API}/runs/{one['run_id']}/targets").json()
    shown = writer.get(f"{API}/plan/targets", params={"as_of": "2026-01-31", "limit": 1000}).json()
    assert sorted(r["statement_id"] for r in rows["items"]) == sorted(
        r["statement_id"] for r in shown["items"]
    )
    assert writer.get(f"{API}/runs/{one['run_id']}/nothing").status_code == 404


@pytest.mark.parametrize("form", ["html", "xlsx", "docx"])
def test_the_report_in_every_format(writer: TestClient, form: str) -> None:
    body = {"kind": "report", "format": form, "language": "en", "as_of": "2026-01-31"}
    job = ended(writer, writer.post(f"{API}/runs", json=body))
    assert job["state"] == "done", job
    file = writer.get(job["file"])
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.content[:2] == (b"<!" if form == "html" else b"PK")
    direct = writer.get(f"{API}/report.{form}", params={"as_of": "2026-01-31", "lang": "en"})
    assert direct.status_code == 200
    tag = direct.headers["etag"]
    again = writer.get(
        f"{API}/report.{form}", params={"as_of": "2026-01-31", "lang": "en"}, headers={"If-None-Match": tag}
    )
    assert again.status_code == 304


def test_progress_comes_as_events(writer: TestClient) -> None:
    started = writer.post(f"{API}/runs", json={"kind": "state"})
    place = started.headers["location"]
    with writer.stream("GET", f"{place}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        blocks = "".join(stream.iter_text()).split("\n\n")
    told = [b for b in blocks if b and not b.startswith(":")]
    events = [dict(line.split(": ", 1) for line in block.split("\n")) for block in told]
    assert [e["event"] for e in events] == ["progress"] * (len(events) - 1) + ["end"]
    ids = [int(e["id"]) for e in events]
    assert ids == sorted(set(ids))
    shares = [json.loads(e["data"])["progress"] for e in events]
    assert shares == sorted(shares)
    assert json.loads(events[-1]["data"])["state"] == "done"
    resumed = writer.get(f"{place}/events", headers={"Last-Event-ID": str(ids[-1])})
    assert "event:" not in resumed.text, "nothing new after the end"


def test_a_document_is_read_reviewed_and_never_overwritten(writer: TestClient, own_store: Path) -> None:
    upload = {"file": ("../../某 规划.txt", PLAN.encode())}
    job = ended(writer, writer.post(f"{API}/plan/documents", files=upload, data={"published": "2024-03"}))
    assert job["state"] == "done", job
    assert job["result"]["statements"] >= 2
    documents = writer.get(f"{API}/plan/documents").json()["items"]
    assert [d["name"] for d in documents] == ["某 规划.txt"]
    place = f"{API}/plan/documents/{job['result']['document_id']}"
    read = writer.get(place).json()
    assert read["text"] == PLAN
    for item in read["statements"]:
        said = item["statement"]
        assert said["quote"] == read["text"][said["char_start"] : said["char_end"]]
        assert item["decision"] is None
    first, second = (s["statement_id"] for s in read["statements"][:2])
    accepted = writer.post(f"{place}/decisions", json={"statement_id": first, "decision": "accept"})
    assert (accepted.status_code, accepted.json()["decision"]) == (201, "accept")
    fields = {"value": "1400000"}
    wanted = {"statement_id": first, "decision": "correct", "fields": fields}
    corrected = writer.post(f"{place}/decisions", json=wanted)
    assert corrected.json()["statement"]["value"] == 1.4e6
    rejected = writer.post(f"{place}/decisions", json={"statement_id": second, "decision": "reject"})
    assert rejected.json()["decision"] == "reject"
    assert writer.get(f"{API}/plan/documents").json()["items"][0]["decided"] == 2
    log = next(own_store.rglob("*.decisions.jsonl")).read_text().splitlines()
    assert [json.loads(line)["decision"] for line in log] == ["accept", "correct", "reject"]
    for bad, status in (
        ({"statement_id": "none", "decision": "accept"}, 404),
        ({"statement_id": first, "decision": "correct"}, 400),
        ({"statement_id": first, "decision": "correct", "fields": {"quote": "x"}}, 404),
        ({"statement_id": first, "decision": "maybe"}, 422),
    ):
        assert writer.post(f"{place}/decisions", json=bad).status_code == status
    missing = writer.post(f"{API}/plan/documents/0123456789abcdef/decisions", json={**wanted})
    assert missing.status_code == 404


def test_decisions_become_rows_of_the_region_at_once(writer: TestClient) -> None:
    upload = {"file": ("plan.txt", PLAN.encode())}
    job = ended(writer, writer.post(f"{API}/plan/documents", files=upload, data={"published": "2024-03"}))
    place = f"{API}/plan/documents/{job['result']['document_id']}"
    ids = [s["statement_id"] for s in writer.get(place).json()["statements"]]
    assert all(s["row_id"] is None for s in writer.get(place).json()["statements"])
    batch = writer.post(f"{place}/decisions/batch", json={"statement_ids": ids, "decision": "accept"})
    assert batch.status_code == 201, batch.text
    shown = batch.json()["items"]
    assert [s["statement_id"] for s in shown] == ids
    stored = {
        r["statement_id"]: r
        for r in writer.get(f"{API}/plan/statements", params={"limit": 1000}).json()["items"]
    }
    assert {stored[s["row_id"]]["review"] for s in shown} == {"accepted"}
    assert all("line " in stored[s["row_id"]]["locator"] for s in shown)
    fields = {"value": "1400000"}
    wanted = {"statement_id": ids[0], "decision": "correct", "fields": fields}
    corrected = writer.post(f"{place}/decisions", json=wanted).json()
    again = writer.get(f"{API}/plan/statements", params={"limit": 1000}).json()["items"]
    (new,) = (r for r in again if r["statement_id"] == corrected["row_id"])
    assert (new["supersedes"], new["value"]) == (shown[0]["row_id"], 1.4e6)
    for bad, status in (
        ({"statement_ids": [], "decision": "accept"}, 422),
        ({"statement_ids": ["none"], "decision": "accept"}, 404),
        ({"statement_ids": ids, "decision": "correct"}, 422),
    ):
        assert writer.post(f"{place}/decisions/batch", json=bad).status_code == status
    head = writer.get(f"{API}/plan/documents").json()["items"][0]
    assert (head["accepted"], head["corrected"], head["rejected"]) == (len(ids) - 1, 1, 0)


def test_what_is_no_document_is_said_so(writer: TestClient) -> None:
    assert writer.post(f"{API}/plan/documents", files={"other": ("x.txt", b"x")}).status_code == 422
    job = ended(writer, writer.post(f"{API}/plan/documents", files={"file": ("x.docx", b"PK no zip")}))
    assert (job["state"], job["problem"]["code"]) == ("failed", "file-format")
    assert writer.get(f"{API}/plan/documents").json()["items"] == []


def test_a_pack_is_checked_without_being_loaded(writer: TestClient, made_up: Path) -> None:
    serial = writer.get("/health").json()["serial"]
    job = ended(writer, writer.post("/api/v1/packs", files={"file": ("p.zip", zipped(made_up, inside="a/"))}))
    assert job["state"] == "done", job
    assert job["result"]["ok"] is True
    assert writer.get("/health").json()["serial"] == serial


def test_a_bad_pack_is_described_and_leaves_the_store(
    writer: TestClient, made_up: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad"
    shutil.copytree(made_up, bad)
    table = next(bad.rglob("firms.csv"))
    table.write_text(table.read_text("utf-8").replace("company", "compny", 3), "utf-8")
    content = zipped(bad)
    checked = ended(writer, writer.post("/api/v1/packs", files={"file": ("p.zip", content)}))
    assert checked["result"]["ok"] is False
    assert "compny" in json.dumps(checked["result"])
    serial = writer.get("/health").json()["serial"]
    load = ended(
        writer, writer.post("/api/v1/packs", files={"file": ("p.zip", content)}, data={"load": "true"})
    )
    assert (load["state"], load["problem"]["code"]) == ("failed", "pack")
    assert writer.get("/health").json()["serial"] == serial


def test_a_loaded_pack_is_what_is_read_next(made_up: Path, tmp_path: Path) -> None:
    with TestClient(
        serve(tmp_path / "empty"), base_url=BASE, headers={"Authorization": f"Bearer {TOKEN}"}
    ) as client:
        assert client.get("/api/v1/regions").json()["items"] == []
        assert client.get(f"{API}/firms").json()["code"] == "not-loaded"
        files = {"file": ("p.zip", zipped(made_up))}
        job = ended(client, client.post("/api/v1/packs", files=files, data={"load": "true"}))
        assert job["result"]["region"] == "langu"
        assert client.get(f"{API}/firms").json()["total"] == job["result"]["rows"]["firms"]


def test_the_rank_of_an_uploaded_network(writer: TestClient) -> None:
    files = {
        "edges": ("edges.tsv", b"supplier\tbuyer\tsales\n1\t2\t10\n2\t3\t20\n3\t1\t5\n"),
        "sectors": ("sectors.tsv", b"1\n2\n1\n"),
        "types": ("types.csv", b'"","1","2"\n"1",2,1\n"2",1,2\n'),
    }
    job = ended(writer, writer.post(f"{API}/risk/rank", files=files, data={"epsilon": "0.001"}))
    assert job["state"] == "done", job
    assert (job["result"]["firms"], job["result"]["links"]) == (3, 3)
    rows = list(csv.DictReader(io.StringIO(writer.get(job["file"]).text)))
    assert len(rows) == 3
    assert all(0 < float(r["esri"]) <= 1 for r in rows)
    bad = ended(writer, writer.post(f"{API}/risk/rank", files=files | {"edges": ("e.tsv", b"nothing")}))
    assert bad["state"] == "failed"
    assert bad["problem"]["status"] < 500


# --- archives -------------------------------------------------------------------------------------------------


def _zip(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "name", ["../out.txt", "/etc/out", "a/../../out", "..\\out", "C:out", "a/../b", "a:b.txt"]
)
def test_no_member_leaves_the_folder(tmp_path: Path, name: str) -> None:
    archive = _zip(tmp_path / "a.zip", **{"ok.txt": b"x", name: b"x"})
    with pytest.raises(ArchiveError):
        unpack(archive, tmp_path / "in")
    assert not (tmp_path / "in").exists(), "nothing is unpacked of a bad one"
    assert not (tmp_path / "out.txt").exists()


def test_links_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "l.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ArchiveError):
        unpack(path, tmp_path / "in")


def test_bombs_are_refused_by_ratio_size_and_number(tmp_path: Path) -> None:
    bomb = _zip(tmp_path / "b.zip", x=b"\0" * (30 << 20))
    with pytest.raises(ArchiveError):
        unpack(bomb, tmp_path / "in")
    with pytest.raises(ArchiveError):
        check_zipped(bomb)
    with pytest.raises(ArchiveError):
        unpack(_zip(tmp_path / "s.zip", x=os.urandom(5_000)), tmp_path / "in", Limits(bytes=4_000))
    many = _zip(tmp_path / "m.zip", **{f"f{n}": b"" for n in range(11)})
    with pytest.raises(ArchiveError):
        unpack(many, tmp_path / "in", Limits(files=10))


def test_a_lying_directory_does_not_help(tmp_path: Path) -> None:
    """The size that the directory claims is made small; what comes out is counted all the same."""
    path = _zip(tmp_path / "l.zip", x=os.urandom(50_000))
    raw = bytearray(path.read_bytes())
    place = raw.rindex(b"PK\x01\x02")
    raw[place + 24 : place + 28] = (10).to_bytes(4, "little")
    path.write_bytes(raw)
    with pytest.raises((ArchiveError, FileFormatError)):
        unpack(path, tmp_path / "in", Limits(bytes=4_000))


def test_uploaded_bombs_are_refused(writer: TestClient, tmp_path: Path) -> None:
    bomb = _zip(tmp_path / "b.zip", **{"datapackage.json": b"{}", "x.csv": b"\0" * (30 << 20)}).read_bytes()
    job = ended(writer, writer.post("/api/v1/packs", files={"file": ("p.zip", bomb)}))
    assert (job["state"], job["problem"]["code"]) == ("failed", "archive")
    job = ended(writer, writer.post(f"{API}/plan/documents", files={"file": ("p.docx", bomb)}))
    assert (job["state"], job["problem"]["code"]) == ("failed", "archive")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../x.txt", "x.txt"),
        ("C:\\a\\规划.docx", "规划.docx"),
        ("..", "document.txt"),
        ("", "document.txt"),
        ("a\x00b\n.md", "a_b_.md"),
        (".hidden", "hidden"),
        ("x" * 300 + ".txt", "x" * 120),
    ],
)
def test_only_the_bare_name_is_kept(given: str, kept: str) -> None:
    assert plain_name(given) == kept


# --- computations ---------------------------------------------------------------------------------------------


def test_a_waiting_one_and_a_running_one_are_cancelled(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "jobs", threads=1)
    begun, go = threading.Event(), threading.Event()

    def slow(tick: Tick, folder: Path) -> Outcome:
        (folder / "half.txt").write_text("half")
        begun.set()
        go.wait(10)
        tick(Text("步", "step"), 0.5)
        raise AssertionError("it goes on after being cancelled")

    running = jobs.start("slow", None, slow)
    waiting = jobs.start("slow", None, slow)
    assert begun.wait(10)
    assert jobs.cancel(waiting.job_id).state == "cancelled"
    assert jobs.cancel(running.job_id).state == "running"
    go.set()
    for _ in range(100):
        if jobs.job(running.job_id).state == "cancelled":
            break
        time.sleep(0.02)
    assert jobs.job(running.job_id).state == "cancelled"
    assert jobs.job(running.job_id).ended is not None
    assert jobs.cancel(running.job_id).state == "cancelled", "again changes nothing"
    jobs.close()
    assert not (tmp_path / "jobs").exists(), "no file is left"


def test_a_full_line_and_forgetting(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "jobs", waiting=2, remembered=3)
    gate = threading.Event()

    def held(tick: Tick, folder: Path) -> Outcome:
        gate.wait(10)
        return Outcome({"n": 1})

    first = jobs.start("a", None, held)
    while jobs.job(first.job_id).state == "waiting":
        time.sleep(0.01)
    more = [jobs.start("a", None, held) for _ in range(2)]
    with pytest.raises(JobsFullError) as caught:
        jobs.start("a", None, held)
    assert caught.value.http_status == 503
    gate.set()
    for job in (first, *more):
        seen = -1
        while (now := jobs.wait(job.job_id, seen, 5)).state != "done":
            seen = now.changes
    for _ in range(4):
        last = jobs.start("a", None, held)
        while jobs.wait(last.job_id, -1, 5).state != "done":
            time.sleep(0.01)
    assert len(jobs.jobs()) == 3
    with pytest.raises(UnknownNameError):
        jobs.job(first.job_id)
    jobs.close()


def test_a_fault_in_a_computation_is_told_without_its_inside(tmp_path: Path, caplog: Any) -> None:
    jobs = Jobs(tmp_path / "jobs")

    def broken(tick: Tick, folder: Path) -> Outcome:
        raise ZeroDivisionError("secret")

    job = jobs.start("x", None, broken)
    seen = -1
    while (now := jobs.wait(job.job_id, seen, 5)).state != "failed":
        seen = now.changes
    assert now.error is not None
    assert "secret" not in now.error.render("en")
    assert "secret" in caplog.text
    jobs.close()


# --- trail ----------------------------------------------------------------------------------------------------


def test_the_trail_is_only_ever_added_to(writer: TestClient, own_store: Path) -> None:
    path = own_store / "audit.jsonl"
    assert trail(writer) == []
    before = b""
    for n in range(3):
        writer.post(f"{API}/runs", json={"kind": "nonsense", "n": n})
        now = path.read_bytes()
        assert now.startswith(before)
        assert len(now) > len(before)
        before = now
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [e["status"] for e in trail(writer)] == [422] * 3
    assert writer.get(f"{API}/audit", params={"limit": 1}).json()["items"][0] == trail(writer)[0]
    with TestClient(serve(own_store), base_url=BASE) as stranger:
        assert stranger.post(f"{API}/runs", json={"kind": "state"}).status_code == 401
    now = path.read_bytes()
    assert now.startswith(before)
    assert [e["status"] for e in trail(writer)] == [401, 422, 422, 422], "a refusal is on record too"
    text = now.decode()
    assert TOKEN not in text
    assert "127.0.0.1" not in text
    assert "testclient" not in text


def test_without_a_trail_nothing_is_written(writer: TestClient, own_store: Path) -> None:
    (own_store / "audit.jsonl").mkdir()
    row = writer.get(f"{API}/plan/observations", params={"limit": 1}).json()["items"][0]
    serial = Store(own_store).manifest().serial
    body = {
        "indicator": row["indicator_id"],
        "period": "2033",
        "value": 1,
        "source": "x",
        "status": "official",
    }
    answer = writer.post(f"{API}/plan/observations", json=body)
    assert (answer.status_code, answer.json()["code"]) == (500, "store")
    assert Store(own_store).manifest().serial == serial
    with pytest.raises(StoreError):
        Audit(own_store).ready()


def test_a_line_cut_short_does_not_hide_the_others(tmp_path: Path) -> None:
    audit = Audit(tmp_path)
    given: dict[str, Any] = {
        "region": "x",
        "by": "token",
        "origin": "program",
        "status": 201,
        "problem": None,
    }
    audit.add(what="a", details={"long": "x" * 10_000}, **given)
    with audit.path.open("a") as file:
        file.write('{"time": "20\n')
    audit.add(what="b", details={}, **given)
    assert [e.what for e in audit.entries()] == ["b", "a"]
    assert audit.entries()[1].details == {"shortened": True}
    assert audit.entries("other") == []
    assert all(len(line) < 4_100 for line in audit.path.read_bytes().splitlines())
