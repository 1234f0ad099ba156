"""Registers of firms: uploaded, looked at, imported once the columns are agreed on."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Path, Query, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import FileResponse, Response

from lianzhang.api import respond
from lianzhang.api.access import WRITE
from lianzhang.api.parameters import Plain, RegionName
from lianzhang.api.problems import documented
from lianzhang.api.quick import QuickRouter
from lianzhang.api.routes.runs import ACCEPTED, started
from lianzhang.app.browse import registers as work
from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.documents import plain_name
from lianzhang.app.browse.plain import plain
from lianzhang.app.browse.registers import Choice, Registers

Identifier = Annotated[
    str, Path(min_length=1, max_length=64, description="Id of the upload. 上传编号", pattern=r"^[0-9a-f]+$")
]
_REFUSALS = documented(400, 401, 403, 404, 413, 415, 422, 500)
_PAIR = r"^([a-z_]{1,30}=[1-9][0-9]{0,3})?$"
_DAY = r"^((?:19|20)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?)?$"


class ColumnShown(BaseModel):
    """A column of an uploaded file."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="As the header writes it; `#n` where it is blank. 表头")
    field: str | None = Field(description="What it is proposed to be; null if nothing. 建议读作")
    personal: bool = Field(description="Personal data, which is never read. 个人信息，不读入")
    samples: list[str] = Field(description="Some of its cells. 样例")


class RefusedShown(BaseModel):
    """A row that was not taken in."""

    model_config = ConfigDict(extra="forbid")

    row: int = Field(description="Row of the file, from 1. 行号", ge=0)
    reason: str = Field(description="Code of the reason. 原因代码")
    value: str | None = Field(description="What was there. 原值")
    name: str | None = Field(description="Name in that row. 企业名称")


class RegisterShown(BaseModel):
    """An uploaded register."""

    model_config = ConfigDict(extra="forbid")

    register_id: str = Field(description="Id. 编号")
    name: str = Field(description="File name. 文件名")
    bytes: int = Field(description="Size of the file; unit: bytes. 大小", ge=0)
    uploaded_at: str = Field(description="When, UTC. 上传时间")
    state: Literal["proposed", "done"] = Field(description="Waits for agreement, or imported. 状态")
    title: str = Field(description="Name of the register, proposed or agreed. 名录名称")
    sheet: str | None = Field(description="Sheet of a workbook that is read. 工作表")
    sheets: list[str] = Field(description="Visible sheets of a workbook. 可见的工作表")
    header_row: int = Field(description="Row of the header, 0 without one. 表头所在行", ge=0)
    columns: list[ColumnShown] = Field(description="Columns of the file. 各列")
    remembered: bool = Field(description="Whether a mapping of an earlier import fits. 是否沿用已存映射")
    evidence_date: str = Field(description="Day that the register speaks of, blank if not given. 资料日期")
    imported_at: str = Field(description="When it was imported, UTC; blank if not. 导入时间")
    source_id: str = Field(description="Source of its rows in the region; blank before. 来源编号")
    done: dict[str, Any] | None = Field(
        description="Figures of the import (rows, firms, quarantined by reason) and of what the region took. 结果"
    )
    refused: list[RefusedShown] = Field(description="First rows of the quarantine. 隔离行")


class RegisterList(BaseModel):
    """Uploaded registers, the last one first."""

    model_config = ConfigDict(extra="forbid")

    items: list[RegisterShown] = Field(description="All of them. 全部")


def register_router(desk: Desk) -> QuickRouter:
    """Uploaded registers: reading."""
    router = QuickRouter()
    common = documented(404, 422, 500)

    @router.get(
        "/{region}/firms/registers",
        tags=["firms"],
        summary="Uploaded registers 已上传名录",
        response_class=Response,
        responses={200: {"model": RegisterList, "description": "The list"}, **common},
    )
    def registers(region: RegionName, given: Annotated[Plain, Query()]) -> Response:
        """Registers that wait for agreement on their columns, and those that were imported."""
        found = Registers(desk.store.path, desk.readers.region(region).name).registers()
        return respond.json_response({"items": plain(found)}, headers={"Cache-Control": "no-store"})

    @router.get(
        "/{region}/firms/registers/{register_id}",
        tags=["firms"],
        summary="An uploaded register 一份名录",
        response_class=Response,
        responses={
            200: {"model": RegisterShown, "description": "What was found, or what was done"},
            **common,
        },
    )
    def register(region: RegionName, register_id: Identifier, given: Annotated[Plain, Query()]) -> Response:
        """What its columns seem to be; once imported, how many firms it gave and what was refused."""
        found = Registers(desk.store.path, desk.readers.region(region).name).register(register_id)
        return respond.json_response(plain(found), headers={"Cache-Control": "no-store"})

    @router.get(
        "/{region}/firms/registers/{register_id}/quarantine",
        tags=["firms"],
        summary="Rows that were refused, as CSV 隔离表（CSV）",
        response_class=Response,
        responses={
            200: {
                "content": {"text/csv": {"schema": {"type": "string"}}},
                "description": "Row, reason, value and name of every refused row",
            },
            **common,
        },
    )
    def quarantine(region: RegionName, register_id: Identifier, given: Annotated[Plain, Query()]) -> Response:
        """For a spreadsheet: where to mend the register before it is uploaded again."""
        path = Registers(desk.store.path, desk.readers.region(region).name).quarantine(register_id)
        return FileResponse(
            path,
            media_type="text/csv",
            filename=f"quarantine-{register_id}.csv",
            headers={"Cache-Control": "no-store"},
        )

    return router


def register_write_router(desk: Desk, prefix: str) -> APIRouter:
    """Uploading and importing registers."""
    router = APIRouter(dependencies=WRITE)

    @router.post(
        "/{region}/firms/registers",
        tags=["firms"],
        summary="Upload a register of firms 上传企业名录",
        status_code=202,
        response_class=Response,
        responses={**ACCEPTED, **_REFUSALS, **documented(503)},
    )
    def add_register(
        region: RegionName,
        request: Request,
        file: Annotated[UploadFile, File(description="xlsx, csv, tsv, txt (also .gz) or parquet. 文件")],
        given: Annotated[Plain, Query()],
    ) -> Response:
        """The file is looked at and its columns are proposed; nothing becomes part of the region yet."""
        entry = desk.readers.region(region)
        folder = desk.jobs.new_folder()
        path = _taken(file, folder / plain_name(file.filename or "register.csv"))
        register_id = secrets.token_hex(8)
        request.state.audit = {"register_id": register_id, "bytes": path.stat().st_size}
        body = work.look_work(desk, entry.name, path, register_id)
        return started(request, desk.jobs.start("firms.look", entry.name, body, folder=folder), prefix)

    @router.post(
        "/{region}/firms/registers/{register_id}/look",
        tags=["firms"],
        summary="Look again with another sheet or header 换工作表或表头行",
        status_code=202,
        response_class=Response,
        responses={**ACCEPTED, **_REFUSALS, **documented(503)},
    )
    def look_again(
        region: RegionName,
        register_id: Identifier,
        request: Request,
        given: Annotated[Plain, Query()],
        sheet: Annotated[str, Form(max_length=100, description="Sheet of a workbook. 工作表")] = "",
        header_row: Annotated[
            int | None, Form(ge=0, le=25, description="Row of the header, 0 for none. 表头所在行")
        ] = None,
    ) -> Response:
        """Where the sheet or the header was not found rightly by itself."""
        entry = desk.readers.region(region)
        Registers(desk.store.path, entry.name).file(register_id)
        request.state.audit = {"register_id": register_id, "sheet": sheet, "header_row": header_row}
        body = work.look_again_work(desk, entry.name, register_id, sheet or None, header_row)
        return started(request, desk.jobs.start("firms.look", entry.name, body), prefix)

    @router.post(
        "/{region}/firms/registers/{register_id}",
        tags=["firms"],
        summary="Import an uploaded register 导入名录",
        status_code=202,
        response_class=Response,
        responses={**ACCEPTED, **_REFUSALS, **documented(503)},
    )
    def take_register(
        region: RegionName,
        register_id: Identifier,
        request: Request,
        given: Annotated[Plain, Query()],
        columns: Annotated[
            list[Annotated[str, Field(pattern=_PAIR)]],
            Form(
                max_length=2000,
                description="`field=n`: which field the n-th column is; blank ones are left out. 字段=列号",
            ),
        ],
        title: Annotated[
            str,
            Form(
                min_length=1,
                max_length=100,
                description="Name of the register; the same name again is a newer file of it. 名录名称",
            ),
        ],
        evidence_date: Annotated[
            str, Form(pattern=_DAY, description="Day, month or year that it speaks of. 资料日期")
        ] = "",
        keep_bad_codes: Annotated[
            Literal["true", "false"],
            Form(description="Take rows with a wrong credit code, without the code. 代码有误仍读入"),
        ] = "false",
    ) -> Response:
        """Firms are cleaned, classified and put into the region; bad rows go to the quarantine with the reason.

        Names of legal representatives and phone numbers are never read; the file is deleted afterwards.
        """
        entry = desk.readers.region(region)
        kept = Registers(desk.store.path, entry.name)
        kept.file(register_id)
        layout = kept.layout(register_id, Choice(columns, title, evidence_date))
        request.state.audit = {
            "register_id": register_id,
            "source_id": layout.source_id,
            "columns": dict(layout.columns),
        }
        body = work.import_work(
            desk, entry.name, register_id, layout, keep_bad_codes=keep_bad_codes == "true"
        )
        return started(request, desk.jobs.start("firms.import", entry.name, body), prefix)

    @router.delete(
        "/{region}/firms/registers/{register_id}",
        tags=["firms"],
        summary="Delete an upload 删除上传",
        status_code=204,
        response_class=Response,
        responses={204: {"description": "It is gone; what was imported stays"}, **_REFUSALS},
    )
    def discard(
        region: RegionName,
        register_id: Identifier,
        request: Request,
        given: Annotated[Plain, Query()],
    ) -> Response:
        """Deletes the file and what was noted about it."""
        entry = desk.readers.region(region)
        request.state.audit = {"register_id": register_id}
        Registers(desk.store.path, entry.name).discard(register_id)
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    return router


def _taken(upload: UploadFile, path: FilePath) -> FilePath:
    with path.open("wb") as target:
        shutil.copyfileobj(upload.file, target)
    return path
