"""The page about the interface for programs: every operation in the reader's language, made from the description."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from lianzhang.app.pages.content import Content
from lianzhang.i18n import Text
from lianzhang.store import Reader
from lianzhang.web.site import Visit
from lianzhang.web.words import NAV

_METHODS = ("get", "post", "put", "patch", "delete")
_NAMES: Mapping[str, Text] = {
    **{key: name for key, _, name in NAV},
    "figures": Text("图与报告", "Figures and the report"),
    "runs": Text("计算与结果", "Computations and results"),
    "house": Text("服务", "The server"),
}
"""Tags of the description in the order of the page."""
_IN_CHINESE = re.compile(r" (?=[\u4e00-\u9fff])")

Describe = Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``opens``: the path alone is a whole request. ``table``: comes as CSV and Parquet too."""

    name: Text
    method: str
    path: str
    opens: bool
    table: bool
    token: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Operations of one tag."""

    key: str
    name: Text
    operations: tuple[Operation, ...]


def operations(description: Mapping[str, Any], region: str) -> tuple[Group, ...]:
    """The operations of a description by tag, with a region's name in their paths.

    Args:
        description: an OpenAPI document.
        region: name of the region.
    """
    by_tag: dict[str, list[Operation]] = {tag: [] for tag in _NAMES}
    for path, item in description["paths"].items():
        for method in (m for m in _METHODS if m in item):
            tag = next(iter(item[method].get("tags", ())), "house")
            by_tag.setdefault(tag, []).append(_operation(path, method, item[method], region))
    return tuple(
        Group(tag, _NAMES.get(tag, Text(tag, tag)), tuple(sorted(found, key=lambda o: (o.path, o.method))))
        for tag, found in by_tag.items()
        if found
    )


def _operation(path: str, method: str, given: Mapping[str, Any], region: str) -> Operation:
    filled = path.replace("{region}", quote(region))
    needed = any(p["in"] == "query" and p.get("required") for p in given.get("parameters", ()))
    token = bool(given.get("security"))
    return Operation(
        name=summary(str(given["summary"])),
        method=method.upper(),
        path=filled,
        opens=method == "get" and "{" not in filled and not needed and not token,
        table=method == "get" and "text/csv" in given["responses"].get("200", {}).get("content", {}),
        token=token,
    )


def summary(written: str) -> Text:
    """A summary in both languages; one that is in a single language stands for both.

    >>> summary("Firms elsewhere for a node 候选企业")
    Text(zh='候选企业', en='Firms elsewhere for a node')
    """
    en, *zh = _IN_CHINESE.split(written, maxsplit=1)
    return Text(zh[0] if zh else en, en)


def interface_page(describe: Describe) -> Callable[[Visit, Reader], Mapping[str, Any]]:
    """The builder of the page from what gives the description, which is asked for when the page is."""

    def build(visit: Visit, reader: Reader) -> Mapping[str, Any]:
        del reader  # nothing of the store is shown
        assert visit.view.region is not None
        groups = operations(describe(), visit.view.region.name)
        return {"content": Content(title=TITLE), "groups": groups}

    return build


TITLE = Text("数据接口", "Data interface")
