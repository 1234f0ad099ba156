"""What cannot both hold: in documents, between them, and against the region; kept with the region as disagreements."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lianzhang.app.browse.documents import Documents
from lianzhang.config import Settings
from lianzhang.plan.against import against
from lianzhang.plan.current import succession
from lianzhang.plan.held import kinds_alike
from lianzhang.plan.kernel.contradictions import Finding, find
from lianzhang.plan.model import Statement
from lianzhang.plan.reading import Document
from lianzhang.plan.saving import rows_of
from lianzhang.store import Reader, Store

#: The region that documents make where nothing is loaded.
OWN_REGION = "documents"
#: Ids of disagreements that were found; those of packs and people have others.
_FOUND = "u-"


def compare(
    settings: Settings,
    documents: Sequence[tuple[Document, Sequence[Statement]]],
    *,
    alone: bool = False,
) -> tuple[list[Finding], str | None]:
    """Compare documents with each other and, unless ``alone``, with the loaded region.

    Args:
        settings: which store and region; nothing is written.
        documents: with what was read from them.
        alone: leave the region out.

    Returns:
        Contradictions first, then checks that passed; and the name of the region that was compared with (its documents
        read before, its observations, its statements), None where nothing is loaded, several regions are and none is
        named, or it was left out.

    Raises:
        NotLoadedError: the region that is named is not loaded.
    """
    statements = [s for _, found in documents for s in found]
    texts = {d.source: d.text for d, _ in documents}
    store = Store(settings.store)
    regions = store.regions()
    if alone or not regions or (len(regions) > 1 and not settings.region):
        return find(statements, texts), None
    region = store.resolve(settings.region)
    kept = [s for _, s in _Kept(Documents(store.path, region)).statements if s.source not in texts]
    told = [f for f in find([*statements, *kept], texts) if {s.source for s in f.statements} & texts.keys()]
    if region == OWN_REGION:
        return told, region
    with store.reader(region) as reader:
        more = against(reader, statements, told)
    return sorted([*told, *more], key=lambda f: f.holds), region


def record(store: Store, region: str, document_ids: Iterable[str]) -> int:
    """Find again what documents of a region disagree in, and keep it in the table ``statement_conflicts``.

    Disagreements that were found before and no longer hold (a side was corrected, say) go; those of the pack stay.

    Returns:
        How many disagreements of these documents are on record as found.
    """
    from lianzhang.schema import table
    from lianzhang.schema.ddl import empty_select
    from lianzhang.store.observe import check_rows

    documents = Documents(store.path, region)
    kept = _Kept(documents)
    wanted = set(document_ids)
    with store.writer(5.0) as writer, Reader(store.path, writer.manifest, writer.region(region)) as reader:
        rows = kept.rows(reader)
        mine = kept.row_ids(reader, wanted)
        after = succession(reader)
        lines = kept.first_rows(rows)
        found = _findings(reader, kept, wanted, rows)
        before = reader.table("statement_conflicts").to_pylist()
        rest = [
            r
            for r in before
            if not (
                r["conflict_id"].startswith(_FOUND)
                and {after.last(i) for i in (r["statement_id"], r["other_statement_id"]) if i} & mine
            )
        ]
        sources = {
            r["statement_id"]: r["source_id"]
            for r in reader.sql("SELECT statement_id, source_id FROM statements").to_pylist()
        }
        made = _conflicts(found, rows | lines, sources, rest)
        entry = writer.region(region)
        pack = [f for f in entry.tables.get("statement_conflicts", ()) if f.origin != "added"]
        if made or len(rest) < len(before):
            plain = replace(entry, tables={**entry.tables, "statement_conflicts": tuple(pack)})
            with Reader(store.path, writer.manifest, plain) as packed:
                own = {r["conflict_id"] for r in packed.table("statement_conflicts").to_pylist()}
            held = [r for r in rest if r["conflict_id"] not in own]
            reader.connection.execute(
                f"CREATE OR REPLACE VIEW statement_conflicts AS {empty_select(table('statement_conflicts'))}"
            )
            typed = check_rows(reader, {"statement_conflicts": [*held, *made]})["statement_conflicts"]
            writer.set_table(entry, "statement_conflicts", [*pack, writer.add_file(typed, "added")])
    return len(made)


class _Kept:
    """The documents of a region with what they say now: corrected where people did, without what they rejected."""

    def __init__(self, documents: Documents) -> None:
        self.items = {h.document_id: documents.reviewed(h.document_id) for h in documents.heads()}
        self.texts = {d: documents.text(d) for d in self.items}
        self.statements = [
            (d, i.statement) for d, items in self.items.items() for i in items if i.decision != "reject"
        ]

    def rows(self, reader: Reader) -> dict[str, str]:
        """The region's rows by the ids of the statements as they stand."""
        found: dict[str, str] = {}
        for items in self.items.values():
            rows = rows_of(reader, [i.original for i in items])
            for item in items:
                row = rows.get(item.original.id)
                if row is not None and row["review"] != "rejected":
                    found[item.statement.id] = row["statement_id"]
        return found

    def row_ids(self, reader: Reader, wanted: set[str]) -> set[str]:
        """The newest rows of all statements of some documents, rejected ones too."""
        return {
            row["statement_id"]
            for d, items in self.items.items()
            if d in wanted
            for row in rows_of(reader, [i.original for i in items]).values()
        }

    def first_rows(self, rows: Mapping[str, str]) -> dict[str, str]:
        """A row for each line that has one, by ``source:line``: level words stand for no statement of their own."""
        found: dict[str, str] = {}
        for _, s in self.statements:
            if s.id in rows:
                for place in (s.place, *s.places):
                    found.setdefault(f"{s.source}:{place.line}", rows[s.id])
        return found


def _findings(reader: Reader, kept: _Kept, wanted: set[str], rows: Mapping[str, str]) -> list[Finding]:
    every = [s for _, s in kept.statements]
    mine = [s for d, s in kept.statements if d in wanted]
    names = {s.source for s in mine}
    texts = {s.source: kept.texts[d] for d, s in kept.statements if d in wanted}
    told = [f for f in find(every, texts) if names & {s.source for s in f.statements}]
    if reader.region.name == OWN_REGION:
        # Its observations are what these documents say.
        return [f for f in told if not f.holds]
    more = [f for f in against(reader, mine, told, rows) if not f.noted]
    return [f for f in (*told, *more) if not f.holds]


def _conflicts(
    found: Iterable[Finding],
    rows: Mapping[str, str],
    sources: Mapping[str, str],
    rest: Iterable[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Rows for the table; what people noted of the same statements is left out."""
    noted = [r for r in rest if not r["conflict_id"].startswith(_FOUND)]
    told = [({r["statement_id"], r["other_statement_id"]} - {None}, r["kind"]) for r in noted]
    made: dict[str, dict[str, Any]] = {}
    for finding in found:
        sides = [rows.get(s.id) or rows.get(f"{s.source}:{s.line}") for s in finding.statements]
        sides += [k.row for k in finding.known]
        ids = list(dict.fromkeys(i for i in sides if i is not None))[:2]
        kind = finding.kind.replace("-", "_")
        if not ids or any(set(ids) & about and kinds_alike(kind, other) for about, other in told):
            continue
        key = "\x1f".join((kind, *sorted(ids), finding.text.en))
        identity = _FOUND + hashlib.sha256(key.encode()).hexdigest()[:12]
        made[identity] = {
            "conflict_id": identity,
            "statement_id": ids[0],
            "other_statement_id": ids[1] if len(ids) == 2 else None,
            "kind": kind,
            "explanation_zh": finding.text.zh,
            "explanation_en": finding.text.en,
            "source_id": sources[ids[0]],
            "status": "derived",
        }
    return list(made.values())
