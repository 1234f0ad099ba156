"""Review: what people decide about the statements of a document becomes part of the region at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lianzhang.app.browse.documents import Documents
from lianzhang.app.contradictions import record
from lianzhang.app.documents import Entry, check_indicator, decided_entries, enter, meant_region
from lianzhang.app.session import open_store
from lianzhang.app.stated import observed_of
from lianzhang.config import Settings
from lianzhang.plan.review import LINK, Decision, Reviewed, review
from lianzhang.plan.saving import Linked, rows_of
from lianzhang.store import Reader, Store


@dataclass(frozen=True, slots=True)
class StatementReview:
    """A statement with its id, the decision on it and its row in the region; ``statement`` carries the corrections.

    ``row_id`` is the row that stands for it in the table ``statements``, also where people rejected it; None where it was
    never taken in. ``indicator_id`` is that row's link. ``observed``: its figure is among the region's observations.
    """

    statement_id: str
    statement: dict[str, Any]
    decision: Decision | None
    at: str
    row_id: str | None
    indicator_id: str | None
    observed: bool


def document_reviews(reader: Reader, documents: Documents, document_id: str) -> list[StatementReview]:
    """What was read from a document, with the last decision on each statement and its row in the region.

    Raises:
        UnknownNameError: no such document.
    """
    items = documents.reviewed(document_id)
    rows = rows_of(reader, [i.original for i in items])
    known = observed_of(reader, (r["statement_id"] for r in rows.values()))
    return [_shown(item, rows.get(item.original.id), known) for item in items]


def decide(
    store: Store,
    region: str,
    document_id: str,
    statement_ids: Sequence[str],
    decision: Decision,
    fields: Mapping[str, str] | None = None,
) -> list[StatementReview]:
    """Accept, correct or reject statements of a document: logged beside it, then taken into the region as one snapshot.

    Earlier decisions that are not in the region yet (its pack was loaded afresh, say) go with them.

    Raises:
        UnknownNameError: no such document, statement, field or indicator.
        UsageError: a correction without fields, or a value that does not fit its field.
        StoreBusyError: another process kept writing; the decision is logged and taken in with the next one.
    """
    documents = Documents(store.path, region)
    head = documents.head(document_id)
    with store.reader(region) as reader:
        check_indicator(reader, (fields or {}).get(LINK, ""))
        documents.decide(document_id, statement_ids, decision, fields)
        items = documents.reviewed(document_id)
        entries = _open_entries(reader, items, set(statement_ids))
    done = enter(store, region, entries, head.published, read=[i.original for i in items])
    if done.added or done.observed or done.withdrawn:
        record(store, region, [document_id])
    with store.reader(region) as reader:
        shown = {s.statement_id: s for s in document_reviews(reader, documents, document_id)}
    return [shown[one] for one in dict.fromkeys(statement_ids)]


def _open_entries(reader: Reader, items: Sequence[Reviewed], now: set[str]) -> list[Entry]:
    """Decisions made just now, and earlier ones of which the region knows nothing."""
    rows = rows_of(reader, [i.original for i in items])

    def waits(item: Reviewed) -> bool:
        row = rows.get(item.original.id)
        return item.original.id in now or row is None

    return decided_entries(i for i in items if waits(i))


def settle_table(
    settings: Settings, table: Path, statement_ids: Sequence[str], published: str = ""
) -> tuple[str, Linked]:
    """Take the decisions on statements of a review table into the region that is meant.

    Raises:
        UnknownNameError: several regions are loaded and none is named; or a chosen indicator is not the region's.
        StoreBusyError: another process kept writing.
    """
    store = open_store(settings)
    region = meant_region(store, settings.region)
    chosen = set(statement_ids)
    every = review(table)
    items = [i for i in every if i.original.id in chosen]
    if store.regions():
        with store.reader(region) as reader:
            for item in items:
                check_indicator(reader, item.indicator)
    done = enter(store, region, decided_entries(items), published, read=[i.original for i in every])
    kept = Documents(store.path, region)
    if done.added or done.observed or done.withdrawn:
        record(store, region, [h.document_id for h in kept.heads() if kept.table(h.document_id) == table])
    return region, done


def _shown(item: Reviewed, row: dict[str, Any] | None, observed: set[str]) -> StatementReview:
    return StatementReview(
        item.original.id,
        asdict(item.statement),
        item.decision,
        item.at,
        row["statement_id"] if row else None,
        row["indicator_id"] if row else None,
        row is not None and row["statement_id"] in observed,
    )
