"""Figures that documents state as achieved become observations of their region, and go again with the statement.

In the region made from documents alone every such statement gives one. In any other region those do that a person accepted
or corrected: read on its own, a figure only waits for review. Each carries its document as source, its place and its words;
where another source has a figure for the same indicator, place and period both stay, and that one goes on being used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from lianzhang.app.browse.documents import Documents
from lianzhang.app.contradictions import OWN_REGION
from lianzhang.plan import queries
from lianzhang.plan.saving import rows_of
from lianzhang.store import Reader, Store

#: How the note of an observation begins that a document states.
STATED = "文件所述"
#: Characters of the quote in the note.
_QUOTED = 160
#: Statements that stand and say what was achieved, in the indicator's own unit and measure.
_ACHIEVED = f"""
SELECT s.statement_id, s.locator, s.quote, s.indicator_id, s.region_id, s.value, s.comparator, s.period_end, s.source_id,
       s.review
FROM {queries.STANDING} s JOIN indicators i ON i.indicator_id = s.indicator_id AND i.unit = s.unit
WHERE s.kind = 'achieved' AND s.value IS NOT NULL AND s.period_end IS NOT NULL
"""
_SAME_MEASURE = " AND i.measure = s.measure AND s.region_id IS NOT NULL"
_OWN = "status = 'derived' AND coalesce(note, '') LIKE '" + STATED + "%'"


@dataclass(frozen=True, slots=True)
class Observed:
    """Observations that documents' statements gave, and that went with a withdrawn statement."""

    added: int = 0
    withdrawn: int = 0


def observe_stated(store: Store, region: str) -> Observed:
    """Make a region's observations from the statements of its documents as they stand; all others stay as they are.

    Nothing is written where nothing changes.

    Raises:
        StoreBusyError: another process kept writing.
    """
    import pyarrow as pa

    from lianzhang.store.observe import check_rows

    decided = None if region == OWN_REGION else _decided(store, region)
    with store.writer(5.0) as writer, Reader(store.path, writer.manifest, writer.region(region)) as reader:
        said = _said(reader, region, decided)
        every = reader.table("observations").to_pylist()
        before = [r for r in every if _is_stated(r)]
        rows = _rows(said, [r for r in every if not _is_stated(r)], before, reader.region.root)
        old, new = {_key(r) for r in before}, {_key(r) for r in rows}
        if old == new:
            return Observed()
        entry = writer.region(region)
        # In the region made from documents the pack's file itself holds them; elsewhere they lie beside it.
        origin: Literal["pack", "added"] = "pack" if region == OWN_REGION else "added"
        files = entry.tables.get("observations", ())
        mine = replace(
            entry, tables={**entry.tables, "observations": tuple(f for f in files if f.origin == origin)}
        )
        with Reader(store.path, writer.manifest, mine) as part:
            rest = part.sql(f"SELECT * FROM observations WHERE NOT ({_OWN})")
        # The new content is checked beside what stays, not beside what it replaces.
        reader.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE observations_rest AS SELECT * FROM observations WHERE NOT ({_OWN})"
        )
        reader.connection.execute("CREATE OR REPLACE VIEW observations AS SELECT * FROM observations_rest")
        typed = check_rows(reader, {"observations": rows})["observations"]
        whole = pa.concat_tables([rest.cast(typed.schema), typed])
        kept = [f for f in files if f.origin != origin]
        writer.set_table(
            entry, "observations", [*kept, writer.add_file(whole, origin)] if len(whole) else kept
        )
    return Observed(len(new - old), len(old - new))


def observed_of(reader: Reader, row_ids: Iterable[str]) -> set[str]:
    """Which of these rows of the table statements have their figure among the region's observations, from their document."""
    wanted = set(row_ids)
    found = reader.sql(f"""
        SELECT s.statement_id FROM statements s JOIN observations o
        ON o.indicator_id = s.indicator_id AND o.source_id = s.source_id AND o.period = s.period_end AND o.value = s.value
        WHERE o.status = 'derived' AND starts_with(o.note, '{STATED}，' || s.locator)
    """)
    return wanted & set(found.column("statement_id").to_pylist())


def _is_stated(row: Mapping[str, Any]) -> bool:
    return row["status"] == "derived" and (row["note"] or "").startswith(STATED)


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("indicator_id", "region_id", "period", "value", "comparator", "source_id", "note", "preferred")
    return tuple(row[n] for n in names)


def _decided(store: Store, region: str) -> set[str]:
    """Rows that stand for what people accepted or corrected in the documents of a region."""
    documents = Documents(store.path, region)
    found: set[str] = set()
    with store.reader(region) as reader:
        for head in documents.heads():
            if not head.decided:
                continue
            items = documents.reviewed(head.document_id)
            rows = rows_of(reader, [i.original for i in items])
            found |= {
                rows[i.original.id]["statement_id"]
                for i in items
                if i.decision in ("accept", "correct") and i.original.id in rows
            }
    return found


def _said(reader: Reader, region: str, decided: set[str] | None) -> list[dict[str, Any]]:
    if region == OWN_REGION or decided is None:
        return reader.sql(_ACHIEVED).to_pylist()
    rows = reader.sql(_ACHIEVED + _SAME_MEASURE).to_pylist()
    return [r for r in rows if r["review"] in ("accepted", "corrected") or r["statement_id"] in decided]


def _rows(
    said: Iterable[Mapping[str, Any]],
    others: Iterable[Mapping[str, Any]],
    before: Iterable[Mapping[str, Any]],
    root: str,
) -> list[dict[str, Any]]:
    """One figure of a source for an indicator, place and period; of several of a period one is used.

    First what is there from elsewhere, then what a person accepted or corrected, then what was used before, then what was
    read first.
    """
    used = {
        (r["indicator_id"], r["region_id"], r["period"], r["source_id"]) for r in before if r["preferred"]
    }
    here = [r for r in others if r["series"] == "main" and r["sector_id"] is None]
    taken = {(r["indicator_id"], r["region_id"], r["period"]) for r in here if r["preferred"]}
    held = {(r["indicator_id"], r["region_id"], r["period"], r["source_id"]) for r in here}

    def order(row: Mapping[str, Any]) -> tuple[Any, ...]:
        key = (row["indicator_id"], row["region_id"] or root, row["period_end"], row["source_id"])
        return (row["review"] is None, key not in used, row["statement_id"])

    rows = []
    for row in sorted(said, key=order):
        period = (row["indicator_id"], row["region_id"] or root, row["period_end"])
        if (*period, row["source_id"]) in held:
            continue
        held.add((*period, row["source_id"]))
        rows.append(_observation(row, root) | {"preferred": period not in taken})
        taken.add(period)
    return rows


def _observation(row: Mapping[str, Any], root: str) -> dict[str, Any]:
    comparator = row["comparator"] if row["comparator"] in ("=", ">", ">=", "<", "<=", "~") else "="
    quote = (row["quote"] or "").strip()[:_QUOTED]
    words = f"：“{quote}”" if quote else ""
    return {
        "indicator_id": row["indicator_id"],
        "series": "main",
        "region_id": row["region_id"] or root,
        "period": row["period_end"],
        "value": row["value"],
        "comparator": comparator,
        "note": f"{STATED}，{row['locator']} stated in the document{words}",
        "source_id": row["source_id"],
        "status": "derived",
    }
