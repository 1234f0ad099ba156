"""What is wrong with a parameter or a body, in both languages, from what the framework found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lianzhang.i18n import Text

_WHERE: Mapping[str, Text] = {
    "query": Text("参数", "parameter"),
    "path": Text("地址中的", "the address's"),
    "body": Text("正文中的", "the body's"),
    "header": Text("请求头", "header"),
    "cookie": Text("Cookie", "cookie"),
}
_SAYS: Mapping[str, Callable[[Mapping[str, Any]], Text]] = {
    "missing": lambda _: Text("缺少", "is missing"),
    "extra_forbidden": lambda _: Text("不认识", "is not known here"),
    "greater_than_equal": lambda c: Text(f"须不小于 {c['ge']}", f"must be at least {c['ge']}"),
    "greater_than": lambda c: Text(f"须大于 {c['gt']}", f"must be more than {c['gt']}"),
    "less_than_equal": lambda c: Text(f"须不大于 {c['le']}", f"must be at most {c['le']}"),
    "less_than": lambda c: Text(f"须小于 {c['lt']}", f"must be less than {c['lt']}"),
    "string_too_short": lambda c: Text(
        f"至少 {c['min_length']} 个字符", f"needs at least {c['min_length']} characters"
    ),
    "string_too_long": lambda c: Text(
        f"至多 {c['max_length']} 个字符", f"has at most {c['max_length']} characters"
    ),
    "too_short": lambda c: Text(f"至少 {c['min_length']} 项", f"needs at least {c['min_length']} entries"),
    "too_long": lambda c: Text(f"至多 {c['max_length']} 项", f"has at most {c['max_length']} entries"),
    "json_invalid": lambda _: Text("不是有效的 JSON", "is not valid JSON"),
    "finite_number": lambda _: Text("须为有限的数", "must be a finite number"),
}
_NUMBER = Text("须为一个数", "must be a number")
_WHOLE = Text("须为整数", "must be a whole number")
_BY_START: Mapping[str, Text] = {
    "int": _WHOLE,
    "float": _NUMBER,
    "string_type": Text("须为文本", "must be text"),
    "bool": Text("须为 true 或 false", "must be true or false"),
    "date": Text("须为日期，如 2026-03-31", "must be a day such as 2026-03-31"),
    "list": Text("须为列表", "must be a list"),
    "dict": Text("须为对象", "must be an object"),
    "model": Text("须为对象", "must be an object"),
    "union": Text("种类不对", "is of none of the known kinds"),
}
_UNKNOWN = Text("不符合说明", "does not fit its description")
_DAY = Text("须为日期，如 2026-03-31", "must be a day such as 2026-03-31")
_PERIOD = Text(
    "须为时期，如 2026、2026-03 或 2026-03-31", "must be a period such as 2026, 2026-03 or 2026-03-31"
)


def where(place: tuple[Any, ...]) -> Text:
    """Which part of the request: ``("query", "limit")`` is the parameter limit."""
    kind, *names = (str(part) for part in place) if place else ("",)
    # The position in a broken JSON says nothing about a field.
    name = ".".join(n for n in names if not (kind == "body" and len(names) == 1 and n.isdigit()))
    known = _WHERE.get(kind)
    if known is None:
        return Text(".".join((kind, *names)), ".".join((kind, *names)))
    if not name:
        return Text("请求正文", "the body of the request") if kind == "body" else known
    return Text(f"{known.zh} {name}", f"{known.en} {name}")


def says(error: Mapping[str, Any]) -> Text:
    """What is wrong with it and what would be right, from an entry of the framework's list."""
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind in _SAYS:
        return _SAYS[kind](context)
    if kind in ("literal_error", "enum"):
        allowed = str(context.get("expected", "")).replace(" or ", ", ").replace("'", "")
        return Text(f"只能是 {allowed.replace(', ', '、')}", f"must be one of {allowed}")
    if kind == "string_pattern_mismatch":
        return _pattern(str(context.get("pattern", "")))
    return next((text for start, text in _BY_START.items() if kind.startswith(start)), _UNKNOWN)


def _pattern(pattern: str) -> Text:
    """A regular expression is no explanation; those of days and periods are told apart by what they allow."""
    if "Q[" in pattern or "H[" in pattern:
        return _PERIOD
    if "02-" in pattern:
        return _DAY
    return Text("写法不对", "is not written as described")
