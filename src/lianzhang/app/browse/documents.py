"""Documents that were read, what was read from them, and the decisions of people on it.

A document's folder lies beside the snapshots, ``documents/<region>/<id>/``: ``text.txt`` as it was read,
``statements.jsonl`` and its log of decisions, ``document.json``. Nothing there is overwritten. Whoever copies the store's
folder copies them too.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lianzhang.app.browse.archive import check_zipped
from lianzhang.errors import UnknownNameError
from lianzhang.i18n import Text
from lianzhang.plan.kernel.extract import extract
from lianzhang.plan.model import Statement
from lianzhang.plan.reading import Document, read_document
from lianzhang.plan.review import Decision, Reviewed, decide_many, decisions, review
from lianzhang.plan.service import write_table

FOLDER = "documents"
_ID = re.compile(r"[0-9a-f]{16}")
_TABLE = "statements.jsonl"


@dataclass(frozen=True, slots=True)
class DocumentHead:
    """One document. ``read_at`` is UTC, ISO; ``published`` as given; counts in statements.

    ``decided`` = ``accepted`` + ``corrected`` + ``rejected``.
    """

    document_id: str
    name: str
    read_at: str
    published: str
    statements: int
    decided: int
    accepted: int
    corrected: int
    rejected: int


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
        return self._keep(document, statements, document_id, published)

    def keep(self, document: Document, statements: Sequence[Statement], published: str = "") -> DocumentHead:
        """Keep a document that was read elsewhere; one with the same name and text is there already."""
        content = f"{document.source}\x1f{document.text}"
        document_id = hashlib.sha256(content.encode()).hexdigest()[:16]
        if (self._folder / document_id).is_dir():
            return self.head(document_id)
        return self._keep(document, statements, document_id, published)

    def _keep(
        self, document: Document, statements: Sequence[Statement], document_id: str, published: str
    ) -> DocumentHead:
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

    def names(self) -> dict[str, str]:
        """Name of every document by id, without looking into what was read."""
        found = sorted(p.parent for p in self._folder.glob("*/document.json") if _ID.fullmatch(p.parent.name))
        return {p.name: json.loads((p / "document.json").read_text(encoding="utf-8"))["name"] for p in found}

    def head(self, document_id: str) -> DocumentHead:
        """One document.

        Raises:
            UnknownNameError: no such document.
        """
        raw = json.loads((self._place(document_id) / "document.json").read_text(encoding="utf-8"))
        found = Counter(item.decision for item in self.reviewed(document_id))
        return DocumentHead(
            **raw,
            statements=found.total(),
            decided=found.total() - found[None],
            accepted=found["accept"],
            corrected=found["correct"],
            rejected=found["reject"],
        )

    def text(self, document_id: str) -> str:
        """The document's text; offsets of statements are into it.

        Raises:
            UnknownNameError: no such document.
        """
        with (self._place(document_id) / "text.txt").open(encoding="utf-8", newline="") as file:
            return file.read()

    def reviewed(self, document_id: str) -> list[Reviewed]:
        """What was read, with the last decision on each.

        Raises:
            UnknownNameError: no such document.
        """
        return review(self.table(document_id))

    def log(self, document_id: str) -> list[dict[str, Any]]:
        """All decisions on a document, oldest first.

        Raises:
            UnknownNameError: no such document.
        """
        return decisions(self.table(document_id))

    def decide(
        self,
        document_id: str,
        statement_ids: Sequence[str],
        decision: Decision,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        """Accept, correct or reject statements: new rows of the log, all or none.

        Raises:
            UnknownNameError: no such document, statement or field.
            UsageError: a correction without fields, or a value that does not fit its field.
        """
        decide_many(self.table(document_id), statement_ids, decision, fields or None)

    def table(self, document_id: str) -> Path:
        """The document's review table, as `plan review` takes it.

        Raises:
            UnknownNameError: no such document.
        """
        return self._place(document_id) / _TABLE

    def find(self, name: str) -> str | None:
        """The id of a document, given its id or its file name; of several with one name the last one read."""
        heads = self.heads()
        return next((h.document_id for h in heads if name in (h.document_id, h.name)), None)

    def _place(self, document_id: str) -> Path:
        place = self._folder / document_id
        # The id comes from outside: only our own form may become part of a path.
        if not _ID.fullmatch(document_id) or not place.is_dir():
            raise UnknownNameError(Text("文件", "document"), document_id)
        return place
