"""A document that is read again: its new reading takes the place of the old one, except for what people decided on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Literal

from lianzhang.app.browse.documents import Documents
from lianzhang.app.contradictions import OWN_REGION
from lianzhang.app.stated import observe_stated
from lianzhang.plan.linking import statement_id
from lianzhang.plan.model import Statement
from lianzhang.plan.reading import Document
from lianzhang.plan.saving import document_source
from lianzhang.store import FileEntry, Reader, RegionEntry, Store

#: First rows that a document gave, on which nobody has decided and nothing else rests.
_OPEN = """
SELECT s.statement_id, s.source_id FROM statements s
WHERE starts_with(s.statement_id, 'u-') AND s.review IS NULL AND s.supersedes IS NULL
  AND NOT EXISTS (SELECT 1 FROM statements n WHERE n.supersedes = s.statement_id)
  AND NOT EXISTS (SELECT 1 FROM task_targets t WHERE t.statement_id = s.statement_id)
  AND NOT EXISTS (SELECT 1 FROM statement_conflicts c WHERE NOT starts_with(c.conflict_id, 'u-')
                  AND s.statement_id IN (c.statement_id, c.other_statement_id))
"""


def withdraw_readings(store: Store, region: str, read: Iterable[tuple[Document, Sequence[Statement]]]) -> int:
    """Take rows of earlier readings of documents out of a region where the new reading does not say the same.

    Rows that a person decided on, linked, noted a disagreement of or set as a task's target stay. Earlier snapshots of the
    store still have what goes.

    Args:
        store: where the region is.
        region: its name.
        read: the documents with what was read of them now, named as they are known.

    Returns:
        How many rows went.

    Raises:
        StoreBusyError: another process kept writing.
    """
    if region not in store.regions():
        return 0
    documents = Documents(store.path, region)
    gone: set[str] = set()
    kept: set[str] = set()
    sources: set[str] = set()
    for document, statements in read:
        now = {s.id: s for s in statements}
        before = documents.before(document)
        gone |= {statement_id(s) for s in before if now.get(s.id) != s}
        kept |= {statement_id(s) for s in statements} - gone
        sources |= {
            document_source(name, "")["source_id"] for name in {document.source, *(s.source for s in before)}
        }
    with store.writer(5.0) as writer:
        entry = writer.region(region)
        with Reader(store.path, writer.manifest, entry) as reader:
            rows = reader.sql(_OPEN).to_pylist()
            out = {
                r["statement_id"]
                for r in rows
                if r["statement_id"] in gone or (r["source_id"] in sources and r["statement_id"] not in kept)
            }
        if not out:
            return 0
        for table, columns in (
            ("statements", ("statement_id",)),
            ("statement_conflicts", ("statement_id", "other_statement_id")),
        ):
            for origin in ("pack", "added"):
                entry = writer.region(region)
                part = _part(entry, table, origin)
                if not part:
                    continue
                plain = replace(entry, tables={**entry.tables, table: part})
                with Reader(store.path, writer.manifest, plain) as old:
                    listed = ", ".join(f"'{one}'" for one in sorted(out))
                    test = " AND ".join(f"coalesce({c}, '') NOT IN ({listed})" for c in columns)
                    left = old.sql(f"SELECT * FROM {table} WHERE {test}")
                if len(left) < sum(f.rows for f in part):
                    others = [f for f in entry.tables[table] if f.origin != origin]
                    mine = [writer.add_file(left, origin)] if len(left) else []
                    writer.set_table(entry, table, [*others, *mine])
    if region == OWN_REGION:
        observe_stated(store, region)
    return len(out)


def _part(entry: RegionEntry, table: str, origin: Literal["pack", "added"]) -> tuple[FileEntry, ...]:
    return tuple(f for f in entry.tables.get(table, ()) if f.origin == origin)


def rows_read(store: Store, region: str, statements: Collection[Statement]) -> bool:
    """Whether some of these statements, as they were read before, have rows in the region."""
    if region not in store.regions():
        return False
    with store.reader(region) as reader:
        known = set(reader.sql("SELECT statement_id FROM statements").column("statement_id").to_pylist())
    return any(statement_id(s) in known for s in statements)
