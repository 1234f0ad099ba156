"""Plan documents into the store: statements linked to the region's indicators, or a region made from them alone."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from lianzhang.app.browse.documents import DocumentHead, Documents
from lianzhang.app.contradictions import OWN_REGION, record
from lianzhang.app.rereading import rows_read, withdraw_readings
from lianzhang.app.session import open_store
from lianzhang.app.stated import observe_stated
from lianzhang.config import Settings
from lianzhang.errors import UnknownNameError
from lianzhang.i18n import Text
from lianzhang.pack import write_pack
from lianzhang.plan.linking import (
    Review,
    Suggestion,
    statement_id,
    suggest,
    table_measure,
    table_unit,
)
from lianzhang.plan.model import Statement
from lianzhang.plan.reading import Document
from lianzhang.plan.review import Reviewed
from lianzhang.plan.saving import Linked, document_source, save
from lianzhang.store import Reader, Store, load_pack
from lianzhang.units import UNITS

NAME, TITLE = OWN_REGION, Text("文件", "Documents")
_REVIEWS: dict[str, Review] = {"accept": "accepted", "correct": "corrected", "reject": "rejected"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement to take in: the id of its first row, what it says now, what people decided.

    ``indicator`` is the id of the indicator that a person chose, ``-`` for none, empty where nobody did.
    """

    identity: str
    statement: Statement
    review: Review | None = None
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of reading documents into a region.

    ``disagreements``: of these documents, on record as found. Of documents that were read before, ``replaced`` counts the rows
    of earlier readings that went because nobody had decided on them, ``reviewed`` the statements that stay as decided.
    """

    region: str
    linked: Linked
    disagreements: int
    replaced: int
    reviewed: int


def meant_region(store: Store, region: str = "") -> str:
    """The region that documents go into: the one named or the only one loaded, else one made from them.

    Raises:
        NotLoadedError: the one named is not loaded.
        UnknownNameError: several regions are loaded and none is named.
    """
    return store.resolve(region) if store.regions() else NAME


def keep_documents(
    settings: Settings, read: Sequence[tuple[Document, Sequence[Statement]]], published: str = ""
) -> Kept:
    """Add statements to the region that is meant; where nothing is loaded, to a region made from the documents.

    Such a region has one indicator for every phrase, unit and measure that the documents use, and what they say was
    achieved as its observations, each marked as derived and leading back to its line. The documents' texts are kept beside
    the snapshots, so that every quote can be looked up. A document that was read before is read anew: what nobody has decided
    on is replaced, the rest stays.

    Args:
        settings: which store and region.
        read: documents with what was read from them.
        published: when the documents were published.

    Raises:
        UnknownNameError: several regions are loaded and none is named.
    """
    store = open_store(settings)
    region = meant_region(store, settings.region)
    kept = Documents(store.path, region)
    known = [kept.known_as(document, statements) for document, statements in read]
    replaced = withdraw_readings(store, region, known)
    entries = [Entry(statement_id(s), s) for _, statements in known for s in statements]
    done = enter(store, region, entries, published)
    heads = [kept.keep(document, statements, published) for document, statements in known]
    found = record(store, region, [h.document_id for h in heads]) if entries or replaced else 0
    reviewed = sum(h.again.kept for h in heads if h.again is not None)
    return Kept(region, done, found, replaced, reviewed)


def read_again(
    store: Store, region: str, path: Path, document_id: str, published: str = ""
) -> tuple[DocumentHead, int]:
    """Read an uploaded document for review. Where an earlier reading of it stands in the region's statements, the new one
    takes its place there; otherwise nothing is entered before it is reviewed.

    Returns:
        The document, and how many rows of the earlier reading went.

    Raises:
        FileFormatError: it is not readable.
        ArchiveError: it would unpack to too much.
        MissingExtraError: a pdf, and pypdf is not installed.
        StoreBusyError: another process kept writing.
    """
    kept = Documents(store.path, region)
    document, statements = kept.parse(path, published)
    before = kept.before(document)
    stood = bool(before) and rows_read(store, region, before)
    replaced = withdraw_readings(store, region, [(document, statements)]) if stood else 0
    if stood:
        enter(store, region, [Entry(statement_id(s), s) for s in statements], published)
    head = kept.keep(document, statements, published, document_id)
    if stood:
        record(store, region, [head.document_id])
    return head, replaced


def decided_entries(items: Iterable[Reviewed]) -> list[Entry]:
    """The statements that people have decided on, ready to be taken in."""
    return [
        Entry(statement_id(i.original), i.statement, _REVIEWS[i.decision], i.indicator)
        for i in items
        if i.decision is not None
    ]


def check_indicator(reader: Reader, indicator: str) -> None:
    """Whether a person may link to an indicator.

    Raises:
        UnknownNameError: the region has none of that id.
    """
    if indicator in ("", "-"):
        return
    known = [r["indicator_id"] for r in reader.sql("SELECT indicator_id FROM indicators").to_pylist()]
    if indicator not in known:
        raise UnknownNameError(Text("指标", "indicator"), indicator, known)


def enter(
    store: Store,
    region: str,
    entries: Sequence[Entry],
    published: str = "",
    *,
    read: Iterable[Statement] | None = None,
) -> Linked:
    """Take statements with the decisions on them into a region, all or none; a decision supersedes the row before.

    What an accepted or corrected statement says was achieved becomes an observation, from its document and with its words;
    a later rejection withdraws it.

    Args:
        store: where to.
        region: the region's name.
        entries: what to take in.
        published: when the documents were published.
        read: all that was read from the documents, by which one that the region knows is recognised.

    Raises:
        InputError: a row breaks a rule of the schema.
        StoreBusyError: another process kept writing.
    """
    if not entries:
        return Linked(0, 0, 0, {})
    if region == NAME:
        done = save(store, region, _grown(store, entries, published), published=published)
        return _observed(store, region, done) if done.added else done
    with store.reader(region) as reader:
        found = _linked(reader, entries)
    done = save(store, region, found, published=published, read=read)
    return _observed(store, region, done) if any(e.review for e in entries) else done


def _observed(store: Store, region: str, done: Linked) -> Linked:
    """What documents say was achieved as observations of the region, as its statements stand now."""
    made = observe_stated(store, region)
    return replace(done, observed=made.added, withdrawn=made.withdrawn)


def _linked(reader: Reader, entries: Sequence[Entry]) -> list[Suggestion]:
    """Suggested by the rule, decided by the person where there was one."""
    chosen = {e.identity: None if e.indicator == "-" else e.indicator for e in entries if e.indicator}
    identities = {e.statement.id: e.identity for e in entries}
    found = suggest(reader, [e.statement for e in entries], chosen, identities)
    return [replace(one, review=entry.review) for one, entry in zip(found, entries, strict=True)]


def _grown(store: Store, entries: Sequence[Entry], published: str) -> list[Suggestion]:
    """Grow the documents' own region by what these statements speak of; each is linked to its own indicator."""
    indicators: dict[str, dict[str, Any]] = {}
    sources: dict[str, dict[str, Any]] = {}
    found: list[Suggestion] = []
    for entry in entries:
        statement = entry.statement
        source = document_source(statement.source, published)
        sources.setdefault(source["source_id"], source)
        link = None
        if statement.indicator and entry.indicator != "-" and entry.review != "rejected":
            row = _indicator(statement) | {"source_id": source["source_id"]}
            indicators.setdefault(row["indicator_id"], row)
            link = str(row["indicator_id"])
        # The place is part of the indicator's name here: there are no regions to point to.
        plain = replace(statement, region="")
        if entry.indicator:
            chosen = None if entry.indicator == "-" else entry.indicator
            found.append(Suggestion(entry.identity, plain, (), chosen, "person", entry.review))
        else:
            found.append(
                Suggestion(entry.identity, plain, (), link, "document" if link else "", entry.review)
            )
    known = _known_rows(store)
    tables: dict[str, list[dict[str, Any]]] = {
        "sources": _merged(known, "sources", sources.values(), ("source_id",)),
        "regions": known.get("regions")
        or [
            {
                "region_id": NAME,
                "name_zh": TITLE.zh,
                "name_en": TITLE.en,
                "level": "group",
                "source_id": next(iter(sources)),
                "status": "derived",
            }
        ],
        "indicators": _merged(known, "indicators", indicators.values(), ("indicator_id",)),
        "observations": known.get("observations", []),
    }
    if any(len(tables[name]) > len(known.get(name, ())) for name in ("sources", "regions", "indicators")):
        with tempfile.TemporaryDirectory() as folder:
            pack = Path(folder) / NAME
            write_pack(pack, tables, name=NAME, title=TITLE, region=NAME, as_of=date.today().isoformat())  # noqa: DTZ011
            load_pack(store, pack, wait_s=5.0)
    return found


def _known_rows(store: Store) -> dict[str, list[dict[str, Any]]]:
    """What earlier documents put into the region; statements added since stay by themselves."""
    if NAME not in store.regions():
        return {}
    with store.reader(NAME) as reader:
        return {
            name: reader.table(name).to_pylist()
            for name in ("sources", "regions", "indicators", "observations")
        }


def _merged(
    known: dict[str, list[dict[str, Any]]], name: str, new: Iterable[dict[str, Any]], key: tuple[str, ...]
) -> list[dict[str, Any]]:
    rows = {tuple(r.get(k) for k in key): r for r in known.get(name, [])}
    for row in new:
        rows.setdefault(tuple(row.get(k) for k in key), row)
    return list(rows.values())


def _indicator(statement: Statement) -> dict[str, Any]:
    unit = table_unit(statement.unit)
    measure = table_measure(statement.measure)
    name = " ".join(f"{statement.region} {statement.indicator}".split())
    key = hashlib.sha256("\x1f".join((name.lower(), unit, measure)).encode()).hexdigest()[:10]
    known = UNITS.get(unit)
    return {
        "indicator_id": f"i-{key}",
        "name_zh": name,
        "name_en": name,
        "unit": unit,
        "measure": measure,
        "flow": known is not None and known.dimension == "money",
        "status": "derived",
    }
