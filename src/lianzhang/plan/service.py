"""From document files to statements and their review tables."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from pathlib import Path

from lianzhang.errors import InputError, UsageError
from lianzhang.i18n import Text
from lianzhang.plan.kernel.extract import extract
from lianzhang.plan.model import Statement
from lianzhang.plan.reading import Document, read_document

_PUBLISHED = re.compile(r"(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2])(?:-\d\d)?)?")


def read_documents(paths: Sequence[Path], *, published: str = "") -> list[Statement]:
    """Statements of all documents, in the order of the files and of the places in them.

    Parameters
    ----------
    paths:
        files to read (txt, md, html, pdf, docx).
    published:
        ``2024``, ``2024-03`` or ``2024-03-31``: when the documents were published, if they do not say so themselves.

    Raises
    ------
    InputError
        if no file is given or ``published`` is not a date.
    FileFormatError, MissingExtraError
        as :func:`lianzhang.plan.reading.read_document`.
    """
    return [statement for _, found in iter_documents(paths, published=published) for statement in found]


def iter_documents(
    paths: Sequence[Path], *, published: str = ""
) -> Iterator[tuple[Document, list[Statement]]]:
    """Each document with its statements, one document at a time; raises as :func:`read_documents`."""
    if not paths:
        raise InputError(
            Text("没有给出文件", "no file was given"),
            hint=Text("例：lianzhang plan read 规划.txt", "example: lianzhang plan read plan.txt"),
        )
    if published and not _PUBLISHED.fullmatch(published):
        raise UsageError(
            Text(f"发布日期“{published}”看不懂", f"the publication date {published!r} is not understood"),
            hint=Text("写作 2024、2024-03 或 2024-03-31", "write 2024, 2024-03 or 2024-03-31"),
        )
    for path in paths:
        document = read_document(path)
        yield document, extract(document.text, document.source, published=published)


def write_table(statements: Iterable[Statement], path: Path) -> int:
    """Write statements as a review table, ``.csv`` or ``.jsonl``; the file appears whole or not at all.

    Returns
    -------
    int
        number of rows written.

    Raises
    ------
    UsageError
        if the suffix is neither.
    InputError
        if the file cannot be written.
    """
    rows = [statement.to_dict() for statement in statements]
    if path.suffix.lower() == ".csv":
        content = "\ufeff" + _csv(rows)
    elif path.suffix.lower() in (".jsonl", ".json"):
        content = "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)
    else:
        raise UsageError(
            Text(f"不支持写成 {path.suffix or path.name}", f"cannot write {path.suffix or path.name}"),
            hint=Text("请用 .csv 或 .jsonl", "use .csv or .jsonl"),
        )
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.write_text(content, encoding="utf-8", newline="")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise InputError(
            Text(f"写不了 {path}：{error.strerror}", f"cannot write {path}: {error.strerror}")
        ) from error
    return len(rows)


def _csv(rows: list[dict[str, object]]) -> str:
    stream = StringIO()
    names = ["id", *Statement.__dataclass_fields__]
    writer = csv.DictWriter(stream, fieldnames=names, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        places = row["places"]
        writer.writerow(row | {"places": json.dumps(places, ensure_ascii=False) if places else ""})
    return stream.getvalue()
