"""Health, loaded regions, the data dictionary."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from lianzhang import __version__
from lianzhang.api import respond
from lianzhang.api.models import Bilingual, model_of
from lianzhang.api.parameters import Plain
from lianzhang.api.problems import documented
from lianzhang.api.quick import QuickRouter
from lianzhang.app.browse.collections import collections
from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.plain import plain
from lianzhang.app.status import RegionStatus, store_status


class Health(BaseModel):
    """That the server answers and can read its store."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["ok"] = Field(description="Always ok; else there is no answer. 正常")
    version: str = Field(description="Version of the software. 软件版本")
    serial: int = Field(description="Number of the store's current state; unit: writes. 数据仓写入次数", ge=0)
    regions: int = Field(description="Loaded regions; unit: regions. 已载入区域数", ge=0)


class RegionHead(BaseModel):
    """A loaded region."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="Name in addresses. 名称")
    title: Bilingual = Field(description="Title. 名称")
    root: str = Field(description="Id of the whole region. 区域编号")
    as_of: str | None = Field(description="Day the data speak of. 数据截至")
    loaded_at: str = Field(description="Time of the load, UTC, ISO 8601. 载入时间")
    version: str = Field(description="Version of the pack. 数据包版本")
    languages: list[str] = Field(description="Languages of its texts. 语言")
    snapshot: str = Field(description="Id of what it holds. 数据快照")


class RegionList(BaseModel):
    """Loaded regions."""

    model_config = ConfigDict(extra="forbid")

    items: list[RegionHead] = Field(description="All of them. 全部")


class Status(BaseModel):
    """What is loaded and how old it is."""

    model_config = ConfigDict(extra="forbid")

    items: list[model_of(RegionStatus)] = Field(description="By region. 按区域")  # type: ignore[valid-type]


class ColumnHead(BaseModel):
    """A column of a collection."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="Name. 列名")
    type: str = Field(description="Type of its values. 类型")
    label: Bilingual = Field(description="Label on screen. 标签")
    about: Bilingual = Field(description="Meaning. 含义")
    unit: str | None = Field(description="Unit, null without. 单位")
    nullable: bool = Field(description="Whether it may be empty. 可否为空")
    references: str | None = Field(description="Table it points to. 指向的表")
    one_of: list[str] = Field(description="Words it may hold; empty for any. 允许的词")


class CollectionHead(BaseModel):
    """A collection that can be listed."""

    model_config = ConfigDict(extra="forbid")

    word: str = Field(description="Word that owns it. 所属能力")
    name: str = Field(description="Name. 名称")
    label: Bilingual = Field(description="Label. 标签")
    about: Bilingual = Field(description="What it holds. 内容")
    computed: bool = Field(description="Computed by an engine, not stored. 是否为计算结果")
    key: list[str] = Field(description="Columns that tell rows apart. 主键")
    columns: list[ColumnHead] = Field(description="Columns in order. 各列")


class CollectionList(BaseModel):
    """The data dictionary."""

    model_config = ConfigDict(extra="forbid")

    items: list[CollectionHead] = Field(description="All collections. 全部数据表")


def health_router(desk: Desk) -> QuickRouter:
    """``/health``, open to everybody: for supervisors and proxies."""
    router = QuickRouter()

    @router.get(
        "/health",
        tags=["house"],
        summary="Health 健康检查",
        response_class=Response,
        responses={200: {"model": Health, "description": "The server is well"}, **documented(422, 500)},
    )
    def health(given: Annotated[Plain, Query()]) -> Response:
        """Answers while the server works and its store is readable; says nothing about the data."""
        manifest = desk.readers.manifest()
        body = {
            "status": "ok",
            "version": __version__,
            "serial": manifest.serial,
            "regions": len(manifest.regions),
        }
        return respond.json_response(body, headers={"Cache-Control": "no-store"})

    return router


def house_router(desk: Desk) -> QuickRouter:
    """Regions, status and dictionary."""
    router = QuickRouter()
    common = documented(422, 500)

    def described(model: type[BaseModel]) -> dict[str, Any]:
        unchanged = {304: {"description": "What the request has (If-None-Match) is still right"}}
        return {
            "response_class": Response,
            "responses": {200: {"model": model, "description": "The list"}, **unchanged, **common},
        }

    @router.get("/regions", tags=["house"], summary="Loaded regions 已载入区域", **described(RegionList))
    def regions(request: Request, given: Annotated[Plain, Query()]) -> Response:
        """Every loaded region."""
        manifest = desk.readers.manifest()
        items = [
            {
                "name": e.name,
                "title": e.title,
                "root": e.root,
                "as_of": e.as_of,
                "loaded_at": e.loaded_at,
                "version": e.version,
                "languages": e.languages,
                "snapshot": e.snapshot_id,
            }
            for e in manifest.regions.values()
        ]
        tag = respond.entity_tag(request, str(manifest.serial))
        return respond.cached(request, tag, lambda: respond.json_response(plain({"items": items})))

    @router.get(
        "/status",
        tags=["house"],
        summary="What is loaded and how old it is 载入情况",
        response_class=Response,
        responses={200: {"model": Status, "description": "The list"}, **common},
    )
    def status(given: Annotated[Plain, Query()]) -> Response:
        """Rows, age, added rows and runs of every region."""
        return respond.json_response(plain({"items": store_status(desk.settings)}))

    @router.get(
        "/collections", tags=["house"], summary="Data dictionary 数据字典", **described(CollectionList)
    )
    def dictionary(request: Request, given: Annotated[Plain, Query()]) -> Response:
        """Every collection with its columns, meanings and units."""
        items = [
            {
                "word": c.word,
                "name": c.name,
                "label": c.table.label,
                "about": c.table.about,
                "computed": c.engine is not None,
                "key": c.table.key,
                "columns": [
                    {
                        "name": column.name,
                        "type": column.type,
                        "label": column.label,
                        "about": column.about,
                        "unit": column.unit,
                        "nullable": column.nullable,
                        "references": column.references,
                        "one_of": column.one_of,
                    }
                    for column in c.table.columns
                ],
            }
            for c in collections().values()
        ]
        tag = respond.entity_tag(request, "dictionary")
        return respond.cached(request, tag, lambda: respond.json_response(plain({"items": items})))

    return router
