"""Results that are kept, and computations under way: start, watch, cancel."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Body, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import FileResponse, Response, StreamingResponse

from lianzhang.api import respond
from lianzhang.api.access import WRITE
from lianzhang.api.events import follow
from lianzhang.api.language import lang_of
from lianzhang.api.models import Bilingual
from lianzhang.api.parameters import DAY_PATTERN, Dated, Plain, RegionName, read_day
from lianzhang.api.problems import Problem, documented
from lianzhang.api.quick import QuickRouter
from lianzhang.app.browse import work
from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.plain import plain
from lianzhang.app.browse.records import Asked, Job
from lianzhang.errors import UnknownNameError
from lianzhang.i18n import Lang, Text
from lianzhang.store import Run

Identifier = Annotated[str, Path(min_length=1, max_length=200)]


class RunHead(BaseModel):
    """A computed result that is kept, with how it came about."""

    model_config = ConfigDict(extra="forbid")

    run_id: str = Field(description="Id. 编号")
    name: str = Field(description="What was computed. 计算")
    params: dict[str, Any] = Field(description="Parameters. 参数")
    inputs: dict[str, str] = Field(description="Hash of every table it was computed from. 输入表的哈希")
    version: str = Field(description="Version of the method. 方法版本")
    started: str = Field(description="When, UTC, ISO 8601. 时间")
    seconds: float = Field(description="Time it took; unit: seconds. 用时（秒）", ge=0)
    tables: dict[str, int] = Field(description="Rows of its tables; unit: rows. 各结果表行数")
    current: bool = Field(description="Whether its inputs are what is loaded now. 输入是否仍为当前数据")


class RunList(BaseModel):
    """Kept results, newest first."""

    model_config = ConfigDict(extra="forbid")

    items: list[RunHead] = Field(description="All of them. 全部")


class RunRows(BaseModel):
    """Rows of a table of a kept result."""

    model_config = ConfigDict(extra="forbid")

    items: list[dict[str, Any]] = Field(description="Rows; columns are the result's. 各行")
    total: int = Field(description="Rows in all; unit: rows. 总行数", ge=0)


class RunRequest(BaseModel):
    """What to compute."""

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Literal["state", "report"] = Field(
        description="The engines' results, or the report as a file. 计算或报告"
    )
    as_of: str | None = Field(default=None, pattern=DAY_PATTERN, description="Day; today by default. 截至日")
    format: Literal["html", "xlsx", "docx"] = Field(
        default="html", description="Format of a report. 报告格式"
    )
    language: Literal["zh", "en"] = Field(default="zh", description="Language of a report. 报告语言")


class Asking(BaseModel):
    """A request: POST the body to the address."""

    model_config = ConfigDict(extra="forbid")

    address: str = Field(description="Address. 地址")
    body: dict[str, Any] = Field(description="Body, as JSON. 请求体")


class JobShown(BaseModel):
    """A computation under way or ended."""

    model_config = ConfigDict(extra="forbid")

    job_id: str = Field(description="Id. 编号")
    kind: str = Field(description="What is computed. 计算")
    region: str | None = Field(description="Of which region. 区域")
    state: Literal["waiting", "running", "done", "failed", "cancelled", "interrupted"] = Field(
        description="State; interrupted where the server stopped before the end. 状态"
    )
    progress: float = Field(description="How much is done, 0 to 1. 进度", ge=0, le=1)
    step: Bilingual = Field(description="What is being done. 步骤")
    created: str = Field(description="When it was asked for, UTC. 创建时间")
    started: str | None = Field(description="When it began, UTC. 开始时间")
    ended: str | None = Field(description="When it ended, UTC. 结束时间")
    result: dict[str, Any] | None = Field(description="What it gave. 结果")
    file: str | None = Field(description="Address of the file it made. 文件地址")
    problem: Problem | None = Field(description="Why it failed. 失败原因")
    asked: Asking | None = Field(description="The request that starts it again. 再次开始的请求")


class JobList(BaseModel):
    """Computations, newest first."""

    model_config = ConfigDict(extra="forbid")

    items: list[JobShown] = Field(description="Those that are remembered. 全部")


def show_job(job: Job, prefix: str, lang: Lang) -> dict[str, Any]:
    """A computation as it is told."""
    outcome = job.outcome
    return {
        "job_id": job.job_id,
        "kind": job.kind,
        "region": job.region,
        "state": job.state,
        "progress": job.progress,
        "step": plain(job.step),
        "created": job.created,
        "started": job.started,
        "ended": job.ended,
        "result": None if outcome is None else plain(outcome.result),
        "file": f"{prefix}/jobs/{job.job_id}/file"
        if outcome is not None and outcome.file is not None
        else None,
        "problem": None if job.error is None else plain(job.error.to_problem(lang)),
        "asked": plain(job.asked),
    }


def asked(request: Request, body: BaseModel) -> Asked:
    """The request as it is kept with the computation that it starts."""
    return Asked(request.url.path, body.model_dump())


def started(request: Request, job: Job, prefix: str) -> Response:
    """202 with the computation and its address."""
    shown = show_job(job, prefix, lang_of(request))
    return respond.json_response(shown, 202, {"Location": f"{prefix}/jobs/{job.job_id}"})


ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {
        "model": JobShown,
        "description": "The computation has been put in line; watch the address in `Location`",
    }
}


_EVENT = {
    "type": "object",
    "description": "One event; its data are a computation as JSON text",
    "properties": {
        "id": {"type": "string", "description": "Number of changes so far. 变化次数"},
        "event": {"type": "string", "enum": ["progress", "end"], "description": "Kind. 类型"},
        "data": {"type": "string", "description": "The computation as JSON. 计算（JSON）"},
    },
    "required": ["id", "event", "data"],
}


def run_router(desk: Desk, prefix: str) -> QuickRouter:
    """Kept results, reports, and the state of computations: reading."""
    router = QuickRouter()
    common = documented(404, 422, 500)

    @router.get(
        "/{region}/runs",
        tags=["runs"],
        summary="Kept results 计算记录",
        response_class=Response,
        responses={200: {"model": RunList, "description": "The list"}, **common},
    )
    def runs(region: RegionName, request: Request, given: Annotated[Plain, Query()]) -> Response:
        """What was computed, from which tables, with which parameters, and how long it took."""
        entry = desk.readers.region(region)
        tag = respond.entity_tag(request, str(desk.readers.manifest().serial))
        return respond.cached(
            request,
            tag,
            lambda: respond.json_response(
                {"items": [_head(Run(r, desk.store.path), entry) for r in _of(entry.name)]}
            ),
        )

    def _of(name: str) -> list[Any]:
        found = [r for r in desk.readers.manifest().runs.values() if r.region == name]
        return sorted(found, key=lambda r: r.started, reverse=True)

    def _find(region: str, run_id: str) -> Run:
        entry = desk.readers.region(region)
        known = {r.run_id: r for r in _of(entry.name)}
        if run_id not in known:
            raise UnknownNameError(Text("计算记录", "run"), run_id, known)
        return Run(known[run_id], desk.store.path)

    @router.get(
        "/{region}/runs/{run_id}",
        tags=["runs"],
        summary="A kept result 一条计算记录",
        response_class=Response,
        responses={200: {"model": RunHead, "description": "The record"}, **common},
    )
    def run(region: RegionName, run_id: Identifier, given: Annotated[Plain, Query()]) -> Response:
        """One record."""
        return respond.json_response(_head(_find(region, run_id), desk.readers.region(region)))

    @router.get(
        "/{region}/runs/{run_id}/{table}",
        tags=["runs"],
        summary="A table of a kept result 计算结果表",
        response_class=Response,
        responses={200: {"model": RunRows, "description": "All rows"}, **common},
    )
    def run_table(
        region: RegionName, run_id: Identifier, table: Identifier, given: Annotated[Plain, Query()]
    ) -> Response:
        """All rows as they were computed then."""
        rows = _find(region, run_id).table(table)
        return respond.json_response({"items": plain(rows.to_pylist()), "total": len(rows)})

    @router.get(
        "/{region}/report.{form}",
        tags=["figures"],
        summary="The report 报告",
        response_class=Response,
        responses={
            200: {
                "description": "The report as one file",
                "content": {
                    media.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
                    for media in work.MEDIA.values()
                },
            },
            304: {"description": "What the request has (If-None-Match) is still right"},
            **common,
        },
    )
    def report(
        region: RegionName,
        form: Literal["html", "xlsx", "docx"],
        request: Request,
        given: Annotated[Dated, Query()],
    ) -> Response:
        """The state of the clusters as a page, a workbook or a Word document."""
        return respond.report_response(desk, request, region, form, given.day)

    @router.get(
        "/jobs/{job_id}",
        tags=["runs"],
        summary="A computation 一次计算",
        response_class=Response,
        responses={200: {"model": JobShown, "description": "As it stands"}, **common},
    )
    def job(job_id: Identifier, request: Request, given: Annotated[Plain, Query()]) -> Response:
        """State, progress and result. The id is known only to who started it."""
        return respond.json_response(
            show_job(desk.jobs.job(job_id), prefix, lang_of(request)), headers=_FRESH
        )

    @router.get(
        "/jobs/{job_id}/events",
        tags=["runs"],
        summary="Progress as events 进度事件",
        response_class=Response,
        responses={
            200: {
                "description": "Server-sent events `progress` and, at the end, `end`, each with the computation as JSON",
                "content": {"text/event-stream": {"schema": _EVENT}},
            },
            **common,
        },
    )
    def events(job_id: Identifier, request: Request, given: Annotated[Plain, Query()]) -> Response:
        """Follows the computation to its end; `Last-Event-ID` goes on after an event."""
        desk.jobs.job(job_id)
        last = request.headers.get("last-event-id", "")
        lang = lang_of(request)
        stream = follow(
            desk.jobs,
            job_id,
            int(last) if last.isascii() and last.isdigit() else -1,
            lambda found: show_job(found, prefix, lang),
            lambda: bool(request.app.state.stopping),
        )
        return StreamingResponse(
            stream, media_type="text/event-stream", headers={**_FRESH, "X-Accel-Buffering": "no"}
        )

    @router.get(
        "/jobs/{job_id}/file",
        tags=["runs"],
        summary="The file that a computation made 结果文件",
        response_class=Response,
        responses={
            200: {
                "description": "The file",
                "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            },
            **common,
        },
    )
    def job_file(job_id: Identifier, given: Annotated[Plain, Query()]) -> Response:
        """The report, rank or table; kept while the computation is remembered."""
        outcome = desk.jobs.job(job_id).outcome
        if outcome is None or outcome.file is None:
            raise UnknownNameError(Text("结果文件", "file of a computation"), job_id)
        # Handed over as a download: nothing that was computed from an upload is shown as a page of ours.
        return FileResponse(
            outcome.file.path, media_type="application/octet-stream", filename=outcome.file.name
        )

    return router


def start_router(desk: Desk, prefix: str) -> QuickRouter:
    """Start, list and cancel computations: writing."""
    router = QuickRouter(dependencies=WRITE)

    @router.post(
        "/{region}/runs",
        tags=["runs"],
        summary="Start a computation 开始计算",
        status_code=202,
        response_class=Response,
        responses={**ACCEPTED, **documented(400, 401, 403, 404, 413, 415, 422, 500, 503)},
    )
    def start(
        region: RegionName,
        request: Request,
        wanted: Annotated[RunRequest, Body()],
        given: Annotated[Plain, Query()],
    ) -> Response:
        """Compute the state of the clusters, or write the report, in the background."""
        entry = desk.readers.region(region)
        day = read_day(wanted.as_of)
        request.state.audit = {"kind": wanted.kind, "as_of": str(day)}
        body = (
            work.compute(desk, entry.name, day)
            if wanted.kind == "state"
            else work.report(desk, entry.name, day, wanted.format, wanted.language)
        )
        return started(
            request, desk.jobs.start(wanted.kind, entry.name, body, asked=asked(request, wanted)), prefix
        )

    @router.get(
        "/jobs",
        tags=["runs"],
        summary="Computations 计算列表",
        response_class=Response,
        responses={200: {"model": JobList, "description": "The list"}, **documented(401, 403, 422, 500)},
    )
    def jobs(request: Request, given: Annotated[Plain, Query()]) -> Response:
        """Every computation that is remembered; needs the token, as the ids open the results."""
        found = [show_job(j, prefix, lang_of(request)) for j in desk.jobs.jobs()]
        return respond.json_response({"items": found}, headers=_FRESH)

    @router.delete(
        "/jobs/{job_id}",
        tags=["runs"],
        summary="Cancel a computation 取消计算",
        response_class=Response,
        responses={
            200: {"model": JobShown, "description": "It stops at its next step, or had ended"},
            **documented(401, 403, 404, 422, 500),
        },
    )
    def cancel(job_id: Identifier, request: Request, given: Annotated[Plain, Query()]) -> Response:
        """Nothing half done is stored."""
        job = desk.jobs.cancel(job_id)
        request.state.audit = {"kind": job.kind, "region": job.region}
        return respond.json_response(show_job(job, prefix, lang_of(request)))

    return router


_FRESH = {"Cache-Control": "no-store"}


def _head(run: Run, entry: Any) -> dict[str, Any]:
    r = run.entry
    return {
        "run_id": r.run_id,
        "name": r.name,
        "params": r.params,
        "inputs": r.inputs,
        "version": r.version,
        "started": r.started,
        "seconds": r.seconds,
        "tables": {name: f.rows for name, f in r.tables.items()},
        "current": all(entry.table_hash(t) == digest for t, digest in r.inputs.items()),
    }
