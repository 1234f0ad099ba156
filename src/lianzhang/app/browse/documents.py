"""Documents that were uploaded, what was read from them, and the decisions of people on it.

A document's folder lies beside the snapshots, ``documents/<region>/<id>/``: ``text.txt`` as it was read,
``statements.jsonl`` and its log of decisions, ``document.json``. Nothing there is overwritten. Whoever copies the store's
folder copies them too.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lianzhang.app.browse.archive import check_zipped
from lianzhang.errors import UnknownNameError
from lianzhang.i18n import Text
from lianzhang.plan.kernel.extract import extract
from lianzhang.plan.reading import read_document
from lianzhang.plan.review import Decision, Reviewed, decide, review
from lianzhang.plan.service import write_table

FOLDER = "documents"
_ID = re.compile(r"[0-9a-f]{16}")
_TABLE = "statements.jsonl"


@dataclass(frozen=True, slots=True)
class DocumentHead:
    """One document. ``read_at`` is UTC, ISO; ``published`` as given; counts in statements."""

    document_id: str
    name: str
    read_at: str
    published: str
    statements: int
    decided: int


@dataclass(frozen=True, slots=True)
class StatementReview:
    """A statement with its id and the decision on it; ``statement`` carries the corrections."""

    statement_id: str
    statement: dict[str, Any]
    decision: Decision | None
    at: str


def plain_name(name: str) -> str:
    """A file's bare name, without any folder and without what a file system cannot hold."""
    base = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[\x00-\x1f\x7f<>:\"|?*]", "_", base).strip(". ")[:120] or "document.txt"


class Documents:
    """The documents of one region."""

    def __init__(self, store: Path, region: str) -> None:
        self._folder = store / FOLDER / region

    def read(self, path: Path, document_id: str, published: str = "") -> DocumentHead:
        """Read a document into statements and keep both; the folder appears whole or not at all.

        Raises:
            FileFormatError: it is not readable.
            ArchiveError: it would unpack to too much.
            MissingExtraError: a pdf, and pypdf is not installed.
        """
        check_zipped(path)
        document = read_document(path)
        statements = extract(document.text, document.source, published=published)
        head = {
            "document_id": document_id,
            "name": document.source,
            "read_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "published": published,
        }
        beside = self._folder / f".{document_id}"
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        (beside / "text.txt").write_text(document.text, encoding="utf-8", newline="")
        write_table(statements, beside / _TABLE)
        (beside / "document.json").write_text(json.dumps(head, ensure_ascii=False), encoding="utf-8")
        beside.rename(self._folder / document_id)
        return self.head(document_id)

    def heads(self) -> list[DocumentHead]:
        """All documents, the last one read first."""
        found = [self.head(p.name) for p in self._folder.glob("*") if _ID.fullmatch(p.name)]
        return sorted(found, key=lambda h: (h.read_at, h.document_id), reverse=True)

    def head(self, document_id: str) -> DocumentHead:
        """One document.

        Raises:
            UnknownNameError: no such document.
        """
        raw = json.loads((self._place(document_id) / "document.json").read_text(encoding="utf-8"))
        found = self.statements(document_id)
        decided = sum(s.decision is not None for s in found)
        return DocumentHead(**raw, statements=len(found), decided=decided)

    def text(self, document_id: str) -> str:
        """The document's text; offsets of statements are into it.

        Raises:
            UnknownNameError: no such document.
        """
        with (self._place(document_id) / "text.txt").open(encoding="utf-8", newline="") as file:
            return file.read()

    def statements(self, document_id: str) -> list[StatementReview]:
        """What was read, with the last decision on each.

        Raises:
            UnknownNameError: no such document.
        """
        return [_shown(item) for item in review(self._place(document_id) / _TABLE)]

    def decide(
        self, document_id: str, statement_id: str, decision: Decision, fields: Mapping[str, str] | None = None
    ) -> StatementReview:
        """Accept, correct or reject a statement; a new row of the log.

        Raises:
            UnknownNameError: no such document, statement or field.
            UsageError: a correction without fields, or a value that does not fit its field.
        """
        table = self._place(document_id) / _TABLE
        decide(table, statement_id, decision, fields or None)
        return next(s for s in self.statements(document_id) if s.statement_id == statement_id)

    def _place(self, document_id: str) -> Path:
        place = self._folder / document_id
        # The id comes from outside: only our own form may become part of a path.
        if not _ID.fullmatch(document_id) or not place.is_dir():
            raise UnknownNameError(Text("文件", "document"), document_id)
        return place


def _shown(item: Reviewed) -> StatementReview:
    return StatementReview(item.original.id, asdict(item.statement), item.decision, item.at)
