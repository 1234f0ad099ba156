"""Documents that were read, what was read from them, and the decisions of people on it.

A document's folder lies beside the snapshots, ``documents/<region>/<id>/``: ``text.txt`` as it was read,
``statements.jsonl`` and its log of decisions, ``document.json``. Whoever copies the store's folder copies them too.

A document that is read again (the same text, or another one under the same name) takes the place of what was read of it
before and nobody has decided on; what people decided on stays, with its decision. The former reading is kept beside the new
one as ``statements.1.jsonl`` and so on.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
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
class ReadAgain:
    """What reading a document again changed. ``at`` is UTC, ISO; counts in statements.

    ``added``: newly read; ``replaced``: read before, not decided on and gone; ``kept``: decided on by people, as before.
    """

    at: str
    added: int
    replaced: int
    kept: int


@dataclass(frozen=True, slots=True)
class DocumentHead:
    """One document. ``read_at`` is UTC, ISO; ``published`` as given; counts in statements; ``again`` is its last re-reading.

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
    again: ReadAgain | None = None


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
        return self.keep(*self.parse(path, published), published, document_id)

    def parse(self, path: Path, published: str = "") -> tuple[Document, tuple[Statement, ...]]:
        """A document with what is read from it, as `known_as` gives it; nothing is kept.

        Raises:
            FileFormatError: it is not readable.
            ArchiveError: it would unpack to too much.
            MissingExtraError: a pdf, and pypdf is not installed.
        """
        check_zipped(path)
        document = read_document(path)
        return self.known_as(document, extract(document.text, document.source, published=published))

    def keep(
        self, document: Document, statements: Sequence[Statement], published: str = "", document_id: str = ""
    ) -> DocumentHead:
        """Keep a document that was read, named as `known_as` says; a text that was read before keeps its id."""
        content = f"{document.source}\x1f{document.text}"
        made = document_id or hashlib.sha256(content.encode()).hexdigest()[:16]
        return self._take(document, statements, published, made)

    def known_as(
        self, document: Document, statements: Sequence[Statement]
    ) -> tuple[Document, tuple[Statement, ...]]:
        """A document under the name by which its text is known here, and what was read without what people have decided
        on already: the same figure in the same words."""
        same = self._of_text(document.text)
        if same is not None:
            document = replace(document, source=self.names()[same])
            statements = [replace(s, source=document.source) for s in statements]
        decided = [s for one in self._before(document) for s in self._decided(one)]
        told = {s.id for s in decided}
        words = {_words(s) for s in decided}
        return document, tuple(s for s in statements if s.id in told or _words(s) not in words)

    def before(self, document: Document) -> list[Statement]:
        """What was read of a document before, of the same text or under the same name."""
        return [i.original for one in self._before(document) for i in self.reviewed(one)]

    def _before(self, document: Document) -> list[str]:
        names = self.names()
        same = self._of_text(document.text)
        return [one for one, name in names.items() if name == document.source or one == same]

    def _of_text(self, text: str) -> str | None:
        """The document of that text, the one read first of several."""
        found = [
            p.name for p in self._folder.glob("*") if _ID.fullmatch(p.name) and self.text(p.name) == text
        ]
        return min(found, key=lambda one: (self._raw(one)["read_at"], one), default=None)

    def _decided(self, document_id: str) -> list[Statement]:
        return [i.original for i in self.reviewed(document_id) if i.decision is not None]

    def _take(
        self, document: Document, statements: Sequence[Statement], published: str, document_id: str
    ) -> DocumentHead:
        """Keep a document, in place of what was read of it before."""
        same = self._of_text(document.text)
        others = [one for one in self._before(document) if one != same]
        gone = [self._renew(one, ()) for one in others]
        if same is not None:
            self._renew(same, statements, published, gone)
            return self.head(same)
        head = self._keep(document, statements, document_id, published)
        if not gone:
            return head
        told = ReadAgain(
            head.read_at, len(statements), sum(g.replaced for g in gone), sum(g.kept for g in gone)
        )
        self._write_head(document_id, again=asdict(told))
        return self.head(document_id)

    def _renew(
        self,
        document_id: str,
        statements: Sequence[Statement],
        published: str = "",
        gone: Sequence[ReadAgain] = (),
    ) -> ReadAgain:
        """Another reading of a document: what people decided on stays, all else is as it was read now. Where nothing is left
        the document goes from the list."""
        place = self._place(document_id)
        before = [i.original for i in self.reviewed(document_id)]
        decided = {s.id: s for s in self._decided(document_id)}
        fresh = {s.id: s for s in statements if s.id not in decided}
        known = {s.id: s for s in before}
        gone_here = [s for s in before if s.id not in decided and fresh.get(s.id) != s]
        told = ReadAgain(
            datetime.now(UTC).isoformat(timespec="seconds"),
            sum(known.get(s.id) != s for s in fresh.values()),
            len(gone_here) + sum(g.replaced for g in gone),
            len(decided) + sum(g.kept for g in gone),
        )
        if not fresh and not decided and before:
            place.rename(place.with_name(f".replaced-{document_id}"))
            return told
        if known != fresh | decided:
            number = 1 + sum(1 for _ in place.glob("statements.[0-9]*.jsonl"))
            shutil.copyfile(place / _TABLE, place / f"statements.{number}.jsonl")
            ordered = sorted([*decided.values(), *fresh.values()], key=lambda s: (s.line, s.char_start))
            beside = place / f".{_TABLE.replace('.jsonl', '.part.jsonl')}"
            write_table(ordered, beside)
            beside.replace(place / _TABLE)
        if statements:
            self._write_head(
                document_id, again=asdict(told), **({"published": published} if published else {})
            )
        return told

    def _raw(self, document_id: str) -> dict[str, Any]:
        text = (self._place(document_id) / "document.json").read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text)
        return found

    def _write_head(self, document_id: str, **changed: Any) -> None:
        path = self._place(document_id) / "document.json"
        beside = path.with_name(".document.json")
        beside.write_text(json.dumps(self._raw(document_id) | changed, ensure_ascii=False), encoding="utf-8")
        beside.replace(path)

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
        raw = self._raw(document_id)
        again = raw.pop("again", None)
        found = Counter(item.decision for item in self.reviewed(document_id))
        return DocumentHead(
            **raw,
            statements=found.total(),
            decided=found.total() - found[None],
            accepted=found["accept"],
            corrected=found["correct"],
            rejected=found["reject"],
            again=ReadAgain(**again) if again else None,
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


def _words(statement: Statement) -> tuple[object, ...]:
    """By what two readings are recognised as one: the figure, its time and the words it stands in."""
    s = statement
    return (s.quote, s.value, s.lower, s.upper, s.unit, s.kind, s.period_end)
