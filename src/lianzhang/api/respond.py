"""Answers: JSON, CSV and Parquet of one page; entity tags; nothing is computed for who has it already."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import urllib.parse
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from starlette.requests import Request
from starlette.responses import Response

from lianzhang import __version__
from lianzhang.api.kept import depends
from lianzhang.api.language import choose_media, lang_of
from lianzhang.api.problems import NoSuchPageError, NotAcceptableError
from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.query import Page
from lianzhang.app.browse.work import MEDIA, ReportFormat, render
from lianzhang.i18n import Text
from lianzhang.schema import Table
from lianzhang.store import RegionEntry

JSON, CSV, PARQUET = "application/json", "text/csv", "application/vnd.apache.parquet"
FORMATS = {"json": JSON, "csv": CSV, "parquet": PARQUET}
#: Rows of a page by format: (by default, at most).
ROWS = {JSON: (100, 1_000), CSV: (100_000, 100_000), PARQUET: (100_000, 100_000)}

_CACHE = {"Cache-Control": "private, no-cache", "Vary": "Accept, Accept-Language, Authorization, Cookie"}
#: Where a spreadsheet starts to read a formula, in either width of the signs.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def media_of(request: Request, asked: str | None) -> str:
    """The format to answer in: ``?format=`` goes before ``Accept``.

    Raises:
        NotAcceptableError: the request accepts none of them.
    """
    if asked is not None:
        return FORMATS[asked]
    media = choose_media(request.headers.get("accept", ""), tuple(FORMATS.values()))
    if media is None:
        listed = ", ".join(FORMATS.values())
        raise NotAcceptableError(
            Text(f"只能给出 {listed}", f"only {listed} can be given"),
            hint=Text("改写 Accept，或用 ?format=", "change Accept, or use ?format="),
        )
    return media


def entity_tag(request: Request, snapshot: str, *more: str) -> str:
    """Tag of an answer: the same snapshot, address, parameters, language and version give the same bytes."""
    query = "&".join(sorted(request.scope["query_string"].decode("latin-1").split("&")))
    whole = "\n".join((__version__, snapshot, request.url.path, query, lang_of(request), *more))
    return f'"{hashlib.sha256(whole.encode()).hexdigest()[:32]}"'


def snapshot_of(request: Request, entry: RegionEntry, region: str) -> str:
    """What a tag says of a region's data. The answer then depends on nothing else, and may be kept (`kept.depends`).

    Args:
        request: the request that is answered.
        entry: the region.
        region: the region as it was asked for.
    """
    depends(request, region)
    return f"{entry.name} {entry.snapshot_id}"


def cached(request: Request, tag: str, make: Callable[[], Response]) -> Response:
    """304 where the request has the answer already, else the answer with its tag."""
    held = {t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")}
    headers = {"ETag": tag, **_CACHE}
    if tag in held:
        return Response(status_code=304, headers=headers)
    response = make()
    if "*" in held:
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A plain value as JSON, Chinese readable."""
    content = json.dumps(value, ensure_ascii=False, allow_nan=False, default=_text).encode()
    return Response(content, status_code=status, media_type=JSON, headers=dict(headers or {}))


def page_response(
    request: Request, media: str, table: Table, page: Page, snapshot: str, cursor: str | None
) -> Response:
    """A page in the format asked for; the next one's address is in ``Link`` too."""
    headers: dict[str, str] = {"X-Total-Count": str(page.total)}
    if cursor is not None:
        pairs = [(k, v) for k, v in request.query_params.multi_items() if k != "cursor"]
        address = f"{request.url.path}?{urllib.parse.urlencode([*pairs, ('cursor', cursor)])}"
        headers["Link"] = f'<{urllib.parse.quote(address, safe="/?&=%:+-_.~")}>; rel="next"'
    if media == JSON:
        body = {"items": page.rows.to_pylist(), "total": page.total, "next": cursor, "snapshot": snapshot}
        return json_response(body, headers=headers)
    suffix = "csv" if media == CSV else "parquet"
    headers["Content-Disposition"] = f'attachment; filename="{table.name}.{suffix}"'
    content = csv_bytes(page.rows) if media == CSV else parquet_bytes(table, page.rows)
    return Response(content, media_type=f"{CSV}; charset=utf-8" if media == CSV else media, headers=headers)


def csv_bytes(rows: pa.Table) -> bytes:
    """Rows as CSV that a spreadsheet opens right: UTF-8 with mark, and no text that it could take for a formula.

    A guarded text has an apostrophe before it, as spreadsheets themselves mark text.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(rows.column_names)
    for batch in rows.to_batches(max_chunksize=10_000):
        columns = [column.to_pylist() for column in batch.columns]
        writer.writerows([_cell(value) for value in row] for row in zip(*columns, strict=True))
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def parquet_bytes(table: Table, rows: pa.Table) -> bytes:
    """Rows as Parquet, each column with its unit and meaning in the field's metadata."""
    fields = []
    for field in rows.schema:
        column = table.column(field.name)
        about: dict[str | bytes, str | bytes] = {
            "label_zh": column.label.zh,
            "label_en": column.label.en,
            "unit": column.unit or "",
        }
        fields.append(field.with_metadata(about))
    sink = io.BytesIO()
    pq.write_table(rows.cast(pa.schema(fields)), sink, compression="zstd")
    return sink.getvalue()


def make_cursor(values: tuple[Any, ...] | None, query: str) -> str | None:
    """An opaque cursor: the last row's place in the order, tied to the query it belongs to."""
    if values is None:
        return None
    text = json.dumps([query, *values], ensure_ascii=False, default=_text, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def read_cursor(cursor: str | None, query: str, length: int) -> tuple[Any, ...] | None:
    """The place that a cursor stands for.

    Raises:
        NoSuchPageError: it is none of ours, or belongs to another query.
    """
    if cursor is None:
        return None
    try:
        raw = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode())
        good = isinstance(raw, list) and len(raw) == length + 1 and raw[0] == query
        if good and all(v is None or isinstance(v, (str, int, float)) for v in raw[1:]):
            return tuple(raw[1:])
    except (ValueError, RecursionError):
        pass
    raise NoSuchPageError(
        Text("游标无效，或不属于这个查询", "the cursor is not valid, or belongs to another query"),
        hint=Text("不带 cursor 从第一页读起", "read again from the first page, without cursor"),
    )


def query_mark(*parts: object) -> str:
    """Short hash of what a cursor belongs to."""
    return hashlib.sha256(repr(parts).encode(errors="replace")).hexdigest()[:12]


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(FORMULA):
        return "'" + value
    return repr(value) if isinstance(value, float) else value


def _text(value: Any) -> str:
    return str(value)


def report_response(desk: Desk, request: Request, region: str, form: ReportFormat, day: date) -> Response:
    """The report as a file; the page runs its own script and style and nothing else."""
    lang = lang_of(request)
    entry = desk.readers.region(region)
    tag = entity_tag(request, snapshot_of(request, entry, region), form, str(day), lang)

    def make() -> Response:
        with desk.readers.reading(entry.name) as reader:
            content = desk.remember(
                reader, ("file", form, lang, day), lambda: render(desk.report(reader, day), form, lang)
            )
        if form == "html":
            headers = {"Content-Security-Policy": page_policy(content.decode())}
        else:
            name = f"lianzhang-{entry.name}-{lang}.{form}"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=MEDIA[form], headers=headers)

    return cached(request, tag, make)


def page_policy(html: str) -> str:
    """A policy under which a self-contained page runs exactly the scripts and styles it came with."""

    def hashes(tag: str) -> str:
        inside = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", html, re.DOTALL)
        return " ".join(f"'sha256-{digest(text)}'" for text in inside) or "'none'"

    return (
        f"default-src 'none'; script-src {hashes('script')}; style-src {hashes('style')}; img-src data:; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )


def digest(text: str) -> str:
    """SHA-256 as a policy names it."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
