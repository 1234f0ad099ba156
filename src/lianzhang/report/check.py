"""What every renderer checks first: that each number leads somewhere and each sentence is whole."""

from __future__ import annotations

import dataclasses
import re
import string
from collections.abc import Iterator, Mapping

from lianzhang.errors import InputError
from lianzhang.i18n import Text
from lianzhang.report.format import UNITS
from lianzhang.report.model import Report
from lianzhang.report.values import Citation, Prose, Quantity
from lianzhang.schema.period import parse_period

_KEY = re.compile(r"[a-z][a-z0-9-]*")


def walk(value: object) -> Iterator[object]:
    """``value`` and everything inside it: fields of dataclasses, items of tuples, values of mappings."""
    yield value
    if isinstance(value, Text | str):
        return
    if dataclasses.is_dataclass(value):
        for item in dataclasses.fields(value):
            yield from walk(getattr(value, item.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from walk(part)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from walk(part)


def origin_keys(value: object) -> tuple[str, ...]:
    """Keys of all origins that ``value`` refers to, in order of first appearance."""
    found: dict[str, None] = {}
    for part in walk(value):
        if isinstance(part, Quantity):
            found[part.origin] = None
        elif dataclasses.is_dataclass(part) and not isinstance(part, Report):
            for key in getattr(part, "origins", ()):
                found[key] = None
            single = getattr(part, "origin", None)
            if isinstance(single, str):
                found[single] = None
    return tuple(found)


def check_report(report: Report) -> None:
    """Refuse a report with loose ends.

    Raises:
        InputError: an origin or source that does not exist, a key used twice, a ``{place}`` without a value or a
            value without a place, an unknown unit, a malformed period; ``details["problems"]`` lists them all.
    """
    problems = [*_key_problems(report), *_reference_problems(report), *_text_problems(report)]
    if problems:
        first = "; ".join(problems[:3])
        more = f" (+{len(problems) - 3})" if len(problems) > 3 else ""
        raise InputError(
            Text(f"报告内容不完整：{first}{more}", f"the report has loose ends: {first}{more}"),
            hint=Text(
                "每个数值须有来历，每个来历须有来源", "every number needs an origin, every origin a source"
            ),
            details={"problems": problems},
        )


def _key_problems(report: Report) -> Iterator[str]:
    for name, keys in (
        ("origin", [o.key for o in report.origins]),
        ("source", [s.key for s in report.sources]),
        ("section", [s.key for s in report.sections]),
    ):
        for key in sorted({k for k in keys if keys.count(k) > 1}):
            yield f"{name} {key!r} occurs twice"
    for section in report.sections:
        if not _KEY.fullmatch(section.key):
            yield f"section key {section.key!r} is not lower-case letters, digits and hyphens"


def _reference_problems(report: Report) -> Iterator[str]:
    origins = {o.key for o in report.origins}
    sources = {s.key for s in report.sources}
    for key in origin_keys((report.summary, report.key_figures, report.sections)):
        if key not in origins:
            yield f"no origin {key!r}"
    for part in walk((report.sections, report.origins)):
        if isinstance(part, Citation) and part.source not in sources:
            yield f"no source {part.source!r}"


def _text_problems(report: Report) -> Iterator[str]:
    for part in walk(report):
        if isinstance(part, Quantity):
            if isinstance(part.unit, str) and part.unit not in UNITS:
                yield f"unknown unit {part.unit!r}"
        elif isinstance(part, Prose):
            wanted = set(part.values)
            for text in part.text:
                found = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
                if found != wanted:
                    yield f"places {sorted(found ^ wanted)} do not match in {text[:40]!r}"
        elif isinstance(part, str) or not dataclasses.is_dataclass(part):
            continue
        else:
            for name in ("period", "deadline", "published"):
                value = getattr(part, name, None)
                if isinstance(value, str):
                    try:
                        parse_period(value)
                    except InputError:
                        yield f"not a period: {value!r}"
