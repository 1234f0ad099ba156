"""Typed models of what is answered: from the schema's tables, from computed tables, from the frozen dataclasses."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import tomllib
import types
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from lianzhang.app.browse.collections import Collection
from lianzhang.i18n import Text
from lianzhang.schema import Column, Table
from lianzhang.schema.period import Period

_UNITS = {
    "indicator": "that of the indicator",
    "unit": "see the field `unit`",
    "growth_unit": "see `growth_unit`",
}
_PYTHON: dict[str, Any] = {
    "id": str,
    "text": str,
    "word": str,
    "period": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "date": datetime.date,
}


class Bilingual(BaseModel):
    """A text in both languages."""

    zh: str = Field(description="中文")
    en: str = Field(description="English")


def python_type(column: Column) -> Any:
    """Python type of a column's values, null left aside."""
    if column.type == "word" and column.one_of:
        return Literal[column.one_of]
    return _PYTHON[column.type]


def describe(column: Column) -> str:
    """Label, meaning and unit of a column, as a field's description."""
    unit = f" Unit: {_UNITS.get(column.unit, column.unit)}." if column.unit else ""
    return f"{column.label.en}: {column.about.en}.{unit} {column.label.zh}：{column.about.zh}。"


@cache
def model_for(table: Table) -> type[BaseModel]:
    """A row of a table as a model; every field has its meaning, unit and bounds."""
    fields: dict[str, Any] = {}
    for column in table.columns:
        kind = python_type(column)
        extra: dict[str, Any] = {"x-label": {"zh": column.label.zh, "en": column.label.en}}
        if column.unit:
            extra["x-unit"] = column.unit
        if column.references:
            extra["x-references"] = column.references
        fields[column.name] = (
            kind | None if column.nullable else kind,
            Field(
                description=describe(column),
                ge=column.minimum,
                le=column.maximum,
                json_schema_extra=extra,
            ),
        )
    name = "".join(part.capitalize() for part in (table.word, *table.name.split("_")))
    made: type[BaseModel] = create_model(
        f"{name}Row",
        __doc__=f"{table.about.en} {table.about.zh}",
        __config__=ConfigDict(extra="forbid"),
        **fields,
    )
    return made


@cache
def page_of(of: Collection) -> type[BaseModel]:
    """A page of a collection as a model."""
    row = model_for(of.table)
    made: type[BaseModel] = create_model(
        f"{row.__name__.removesuffix('Row')}Page",
        __doc__=f"One page. {of.table.about.en}",
        items=(list[row], Field(description="Rows, in order; 各行")),  # type: ignore[valid-type]
        total=(int, Field(description="Rows of the whole selection; 总行数. Unit: rows.", ge=0)),
        next=(str | None, Field(description="Cursor of the next page, null at the end; 下一页游标")),
        snapshot=(str, Field(description="Id of the snapshot that was read; 数据快照")),
    )
    return made


@cache
def notes() -> dict[str, str]:
    """Meaning and unit of the fields of the results' dataclasses, by ``Class.field``."""
    text = resources.files("lianzhang.api").joinpath("fields.toml").read_text(encoding="utf-8")
    return {
        f"{owner}.{name}": note
        for owner, fields in tomllib.loads(text).items()
        for name, note in fields.items()
    }


@cache
def model_of(cls: type) -> type[BaseModel]:
    """A frozen dataclass as a model: texts in both languages, periods as text, enumerations as words."""
    # A package of use cases is named after its word: app.risk.outcome is of risk.
    parts = cls.__module__.split(".")
    word = parts[2 if parts[1] == "app" and len(parts) > 3 else 1].capitalize()
    module = cls.__module__.rpartition(".")[2]
    # Two modules of one word may each have a Conflict; the name says which.
    name = f"{word}{'Disagreement' if module == 'disagreements' else ''}{cls.__name__}"
    hints = get_type_hints(cls)
    fields: dict[str, Any] = {}
    for f in dataclasses.fields(cls):
        note = notes().get(f"{cls.__name__}.{f.name}")
        fields[f.name] = (_annotation(hints[f.name]), Field(description=note))
    doc = " ".join((cls.__doc__ or "").split())
    made: type[BaseModel] = create_model(name, __doc__=doc, __config__=ConfigDict(extra="forbid"), **fields)
    return made


def _annotation(hint: Any) -> Any:
    if hint is Text:
        return Bilingual
    if hint is Period:
        return str
    if hint is Any:
        return datetime.date | None
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return Literal[tuple(member.name.lower() for member in hint)]
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return model_of(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return Union[tuple(_annotation(a) for a in arguments)]  # noqa: UP007 - built at run time
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return list[_annotation(arguments[0])]  # type: ignore[misc]
    if origin is tuple:
        return tuple[tuple(_annotation(a) for a in arguments)]  # type: ignore[misc]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return dict[_annotation(arguments[0]), _annotation(arguments[1])]  # type: ignore[misc]
    return hint
