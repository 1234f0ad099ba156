"""Parameters of requests as models. Unknown parameters are refused: a filter that is misspelt must not look like no filter."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, create_model

from lianzhang.api.models import describe, python_type
from lianzhang.app.browse.collections import Collection, Parameters, Selection
from lianzhang.app.browse.query import orders
from lianzhang.schema import PERIOD_PATTERN, Column

#: A day of the calendar; 29 February of a common year means the 28th.
DAY_PATTERN = (
    r"^(?:19|20)[0-9]{2}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|[12][0-9]))$"
)
#: A period of the schema: a year, quarter, half, month or day, or a span of them.
PERIOD = f"^(?:{PERIOD_PATTERN.replace(chr(92) + 'd', '[0-9]')})$"
_BIG = 2**62

RegionName = Annotated[
    str,
    Path(
        alias="region",
        description="A loaded region by name, id or title; `-` is the default one. 区域名、编号或名称，`-` 为默认区域",
        min_length=1,
        max_length=200,
    ),
]


class Plain(BaseModel):
    """Parameters that every operation takes."""

    model_config = ConfigDict(extra="forbid")

    lang: Literal["zh", "en"] | None = Field(
        default=None, description="Language of messages; else by Accept-Language. 消息语言"
    )


class Dated(Plain):
    """Parameters of what is computed as of a day."""

    as_of: str | None = Field(
        default=None,
        pattern=DAY_PATTERN,
        description="Use only what was known on this day; today by default. 只用当日已知者，默认今天",
    )

    @property
    def day(self) -> date:
        """The day that is meant."""
        return read_day(self.as_of)


def read_day(text: str | None) -> date:
    """A day; today (UTC) by default."""
    if text is None:
        return datetime.now(UTC).date()
    year, month, day = (int(part) for part in text.split("-"))
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


class Listed(Plain):
    """Parameters of every list."""

    limit: int | None = Field(
        default=None,
        ge=1,
        le=100_000,
        description="Rows of a page: 100 by default and at most 1,000 in JSON; 100,000 in CSV and Parquet. 每页行数",
    )
    cursor: str | None = Field(
        default=None,
        min_length=1,
        max_length=4000,
        description="`next` of the page before; opaque. 上一页给出的游标",
    )
    format: Literal["json", "csv", "parquet"] | None = Field(
        default=None, description="Format; else by Accept. 格式，缺省看 Accept"
    )
    search: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Words to find in any text column. 在文本列中查找",
    )


_TAKES: dict[str, Any] = {
    "as_of": (
        str | None,
        Field(
            default=None,
            pattern=DAY_PATTERN,
            description="Use only what was known on this day; today by default. 只用当日已知者，默认今天",
        ),
    ),
    "taxonomy": (
        str | None,
        Field(
            default=None, max_length=200, description="Id of a taxonomy; the main one by default. 分类体系"
        ),
    ),
    "period": (
        str | None,
        Field(
            default=None,
            max_length=40,
            description="Period of the counts; the latest by default. 企业数的时期",
        ),
    ),
    "io_table": (
        str | None,
        Field(
            default=None,
            max_length=200,
            description="Id of an input–output table; the first by default. 投入产出表",
        ),
    ),
}


@cache
def list_parameters(of: Collection) -> type[Listed]:
    """Parameters of a collection's list: those of every list, of its computation, and filters by column."""
    fields: dict[str, Any] = {name: _TAKES[name] for name in of.takes}
    names = of.table.column_names
    for column in of.table.columns:
        fields[f"where_{column.name}"] = (
            list[_filter_type(column)] | None,  # type: ignore[misc]
            Field(
                default=None,
                alias=parameter_name(of, column.name),
                max_length=50,
                description=f"Only these (repeat for several). {describe(column)}",
            ),
        )
        if orders(column):
            for end, words in (("min", "At least"), ("max", "At most")):
                fields[f"{end}_{column.name}"] = (
                    _filter_type(column) | None,
                    Field(
                        default=None,
                        alias=f"{parameter_name(of, column.name)}.{end}",
                        description=f"{words}. {describe(column)}",
                    ),
                )
    fields["sort"] = (
        list[Literal[tuple(n for name in names for n in (name, f"-{name}"))]] | None,  # type: ignore[misc]
        Field(
            default=None,
            max_length=4,
            description="Columns to order by, `-` for descending; repeat for several. 排序，`-` 为降序",
        ),
    )
    return create_model(
        f"{of.word.capitalize()}{''.join(p.capitalize() for p in of.name.split('_'))}Parameters",
        __base__=Listed,
        __config__=None,
        **fields,
    )


def parameter_name(of: Collection, column: str) -> str:
    """A filter's name: the column's, with an underscore after it where a general parameter has the name."""
    taken = {*Listed.model_fields, *of.takes, "sort"}
    return f"{column}_" if column in taken else column


def selection(of: Collection, given: Listed) -> Selection:
    """The rows that the parameters mean."""

    def bound(end: str) -> dict[str, Any]:
        found = {c.name: getattr(given, f"{end}_{c.name}", None) for c in of.table.columns if orders(c)}
        return {name: value for name, value in found.items() if value is not None}

    any_of = {
        c.name: tuple(_stored(c, v) for v in values)
        for c in of.table.columns
        if (values := getattr(given, f"where_{c.name}")) is not None
    }
    return Selection(
        any_of={name: values for name, values in any_of.items() if values},
        low=bound("min"),
        high=bound("max"),
        search=given.search,
        sort=tuple(getattr(given, "sort") or ()),  # noqa: B009 - the field is made at run time
    )


def parameters(given: Listed) -> Parameters:
    """What the computation is told."""
    return Parameters(
        as_of=read_day(getattr(given, "as_of", None)),
        taxonomy=getattr(given, "taxonomy", None),
        period=getattr(given, "period", None),
        io_table=getattr(given, "io_table", None),
    )


def _filter_type(column: Column) -> Any:
    match column.type:
        case "boolean":
            return Literal["true", "false"]
        case "integer":
            return Annotated[int, Field(ge=-_BIG, le=_BIG)]
        case "number":
            return Annotated[float, Field(allow_inf_nan=False)]
        case "date":
            return Annotated[str, Field(pattern=DAY_PATTERN)]
        case "period":
            return Annotated[str, Field(pattern=PERIOD, max_length=40)]
        case "word" if column.one_of:
            return python_type(column)
        case _:
            return Annotated[str, Field(max_length=500)]


def _stored(column: Column, value: Any) -> Any:
    return value == "true" if column.type == "boolean" else value
