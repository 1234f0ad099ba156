"""Review of documents: the list, and one document's text with its statements, their state and a form to correct them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, cast

from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.documents import DocumentHead, Documents, ReadAgain
from lianzhang.app.stated import observed_of
from lianzhang.errors import UnknownNameError
from lianzhang.i18n import Text
from lianzhang.plan.linking import suggest, surroundings
from lianzhang.plan.model import COMPARATORS, KINDS, MEASURES, Statement
from lianzhang.plan.review import FIELDS, LINK, Reviewed
from lianzhang.plan.saving import region_of, rows_of
from lianzhang.plan.wording import (
    COMPARATOR_WORDS,
    KIND_WORDS,
    MEASURE_WORDS,
    UNIT_WORDS,
    amount,
    kind,
    measure,
    period,
)
from lianzhang.store import Reader

Review = Literal["open", "accept", "correct", "reject"]
Shown = Literal["all", "open", "accept", "correct", "reject"]
STATES: dict[Review, Text] = {
    "open": Text("待定", "open"),
    "accept": Text("已接受", "accepted"),
    "correct": Text("已更正", "corrected"),
    "reject": Text("已拒绝", "rejected"),
}
_NUMERIC = frozenset({"value", "lower", "upper", "base_value"})
_LABELS: dict[str, tuple[Text, Text]] = {
    "indicator": (Text("指标说法", "Indicator phrase"), Text("文中怎么称呼", "what the text calls it")),
    "value": (
        Text("数值", "Value"),
        Text("按下面的单位，不写万、亿", "in the unit below, without scale words"),
    ),
    "lower": (Text("下界", "Lower bound"), Text("只有区间要填", "for ranges only")),
    "upper": (Text("上界", "Upper bound"), Text("只有区间要填", "for ranges only")),
    "comparator": (Text("比较", "Comparison"), Text("超过、不低于、约……", "more than, at least, about …")),
    "unit": (Text("单位", "Unit"), Text("数值按它写", "what the value is counted in")),
    "measure": (Text("度量", "Measure"), Text("水平、份额、增速等", "level, share, growth and so on")),
    "kind": (Text("性质", "Kind"), Text("目标还是实际", "target or actual")),
    "period_start": (Text("起始时期", "From"), Text("写作 2024 或 2024-03", "write 2024 or 2024-03")),
    "period_end": (
        Text("时期或期限", "Period or deadline"),
        Text("写作 2027 或 2027-06", "write 2027 or 2027-06"),
    ),
    "base_period": (Text("基期", "Base period"), Text("相对目标才需要填", "for relative statements")),
    "base_value": (Text("基期值", "Base value"), Text("按同一单位", "in the same unit")),
    "region": (Text("区域", "Region"), Text("留空即整个区域", "empty for the whole region")),
    LINK: (
        Text("对应指标", "Indicator of the region"),
        Text("台账按它归类；“无”即不对应", "the ledger groups by it; “none” leaves it open"),
    ),
}


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of statements by state; unit: statements."""

    statements: int
    open: int
    accept: int
    correct: int
    reject: int


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document in the list. ``read_at`` is UTC, ISO; ``published`` as given; ``again`` is its last re-reading."""

    document_id: str
    name: str
    read_at: str
    published: str
    tally: Tally
    again: ReadAgain | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a line that the same statements cover; ``state`` is that of the first."""

    text: str
    statement_ids: tuple[str, ...]
    state: Review | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the document, numbered from 1."""

    number: int
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A statement as it stands: what it says, where, how sure the machine was, what people decided.

    ``figure_read`` is the figure as read where a correction changed it; ``linked`` the indicator of its row in the region,
    ``suggested`` the best suggestion where there is no link; ``observed``: the figure is among the region's observations.
    """

    statement_id: str
    state: Review
    line: int
    also: tuple[int, ...]
    quote: str
    indicator: str
    figure: Text
    figure_read: Text | None
    period: Text
    kind: Text
    measure: Text
    region: Text
    confidence: float
    decided_at: str
    linked: Text | None
    suggested: Text | None
    in_ledger: bool
    observed: bool


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a field; ``suggested`` ones are those that the rule puts first."""

    value: str
    name: Text
    suggested: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form: its key for the API, the value as it stands and as read, and its choices if it has any."""

    name: str
    label: Text
    hint: Text
    value: str
    read: str
    options: tuple[Option, ...]
    numeric: bool


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier decision: which, when (UTC, ISO), and the fields it set."""

    decision: Review
    at: str
    fields: tuple[tuple[Text, str], ...]


@dataclass(frozen=True, slots=True)
class Editor:
    """The chosen statement with its form and the decisions so far, oldest first."""

    card: Card
    fields: tuple[Field, ...]
    history: tuple[Past, ...]


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """One document under review. ``following`` is the next open statement after the chosen one."""

    document: DocumentRow
    lines: tuple[Line, ...]
    cards: tuple[Card, ...]
    shown: Shown
    chosen: Editor | None
    following: str | None


def documents_page(desk: Desk, region: str) -> tuple[DocumentRow, ...]:
    """The documents of a region, the last one read first."""
    return tuple(_row(head) for head in Documents(desk.store.path, region).heads())


def review_page(
    desk: Desk,
    reader: Reader,
    document_id: str,
    *,
    shown: Shown = "open",
    statement_id: str | None = None,
) -> ReviewPage:
    """One document's text with its statements, the least sure first.

    Args:
        desk: the server's desk.
        reader: the region.
        document_id: which document.
        shown: which statements the list holds; the text marks all of them.
        statement_id: the statement to edit; the first open one of the list by default.

    Raises:
        UnknownNameError: no such document or statement.
    """
    documents = Documents(desk.store.path, reader.region.name)
    items = documents.reviewed(document_id)
    by_id = {i.original.id: i for i in items}
    if statement_id is not None and statement_id not in by_id:
        raise UnknownNameError(Text("陈述", "statement"), statement_id, by_id)
    rows = rows_of(reader, [i.original for i in items])
    names = _indicator_names(reader)
    places = _Places(reader)
    listed = sorted(
        (i for i in items if shown in ("all", _state(i))),
        key=lambda i: (i.original.confidence, i.original.line),
    )
    text = documents.text(document_id)
    suggested = _suggested(reader, listed, rows, text)
    known = observed_of(reader, (r["statement_id"] for r in rows.values()))
    cards = tuple(
        _card(i, rows.get(i.original.id), suggested.get(i.original.id, ()), names, known, places)
        for i in listed
    )
    open_ids = [
        i.original.id for i in sorted(items, key=lambda i: i.original.confidence) if i.decision is None
    ]
    key = statement_id or next(iter(open_ids), None)
    chosen = None
    if key is not None:
        item = by_id[key]
        best = suggested.get(key) or _suggested(reader, [item], rows, text).get(key, ())
        history = tuple(_past(e) for e in documents.log(document_id) if e["id"] == key)
        card = _card(item, rows.get(key), best, names, known, places)
        chosen = Editor(card, _fields(item, rows.get(key), best, names, places), history)
    return ReviewPage(
        document=_row(documents.head(document_id)),
        lines=marked_lines(text, items),
        cards=cards,
        shown=shown,
        chosen=chosen,
        following=next((i for i in open_ids if i != key), None),
    )


def marked_lines(text: str, items: Sequence[Reviewed]) -> tuple[Line, ...]:
    """The text cut into lines, and these at every beginning and end of a statement; nothing is lost or doubled."""
    spans: dict[int, list[tuple[int, int, Reviewed]]] = defaultdict(list)
    for item in items:
        for place in (item.original.place, *item.original.places):
            spans[place.line].append((place.char_start, place.char_end, item))
    lines: list[Line] = []
    start = 0
    for number, content in enumerate(text.split("\n"), start=1):
        lines.append(Line(number, _segments(content, start, spans.get(number, ()))))
        start += len(content) + 1
    return tuple(lines)


def _segments(content: str, start: int, spans: Iterable[tuple[int, int, Reviewed]]) -> tuple[Segment, ...]:
    end = start + len(content)
    inside = [(max(a, start), min(b, end), i) for a, b, i in spans if a < end and b > start]
    cuts = sorted({start, end, *(c for a, b, _ in inside for c in (a, b))})
    found = []
    for a, b in pairwise(cuts):
        # The shortest statement over a piece is the one a reader means by it.
        over = sorted((y - x, i.original.id, _state(i)) for x, y, i in inside if x <= a and y >= b)
        ids = tuple(dict.fromkeys(i for _, i, _ in over))
        found.append(Segment(content[a - start : b - start], ids, over[0][2] if over else None))
    return tuple(found)


def _row(head: DocumentHead) -> DocumentRow:
    tally = Tally(
        head.statements, head.statements - head.decided, head.accepted, head.corrected, head.rejected
    )
    return DocumentRow(head.document_id, head.name, head.read_at, head.published, tally, head.again)


def _state(item: Reviewed) -> Review:
    return item.decision or "open"


class _Places:
    """The region's places by what documents call them, in either language."""

    def __init__(self, reader: Reader) -> None:
        rows = reader.sql("SELECT region_id, name_zh, name_en FROM regions ORDER BY region_id").to_pylist()
        self._names = {r["region_id"]: Text(r["name_zh"], r["name_en"]) for r in rows}
        self._reader = reader
        self._known: dict[str, Text | None] = {}
        self.all = tuple(dict.fromkeys(self._names.values()))

    def name(self, said: str) -> Text:
        """A place in both languages; as it was said where the region has none of that name."""
        if said not in self._known:
            found = region_of(self._reader, said) if said else None
            self._known[said] = self._names.get(found) if found else None
        return self._known[said] or Text(said, said)

    def written(self, said: str) -> str:
        """A place as the form has it: by its Chinese name."""
        return self.name(said).zh


def _indicator_names(reader: Reader) -> dict[str, Text]:
    rows = reader.sql("SELECT indicator_id, name_zh, name_en FROM indicators ORDER BY name_zh").to_pylist()
    return {r["indicator_id"]: Text(r["name_zh"], r["name_en"]) for r in rows}


def _suggested(
    reader: Reader, items: Iterable[Reviewed], rows: Mapping[str, Mapping[str, Any]], text: str
) -> dict[str, tuple[str, ...]]:
    """The indicators that the rule suggests, best first, for statements without a link."""
    wanted = [i for i in items if not rows.get(i.original.id, {}).get("indicator_id")]
    contexts = {i.statement.id: surroundings(text, i.statement) for i in wanted}
    found = suggest(reader, [i.statement for i in wanted], contexts=contexts)
    return {
        i.original.id: tuple(m.indicator_id for m in s.matches) for i, s in zip(wanted, found, strict=True)
    }


def _card(
    item: Reviewed,
    row: Mapping[str, Any] | None,
    suggested: Sequence[str],
    names: Mapping[str, Text],
    observed: set[str],
    places: _Places,
) -> Card:
    now, read = item.statement, item.original
    figure, before = _both(amount, now), _both(amount, read)
    link = row["indicator_id"] if row else None
    return Card(
        statement_id=read.id,
        state=_state(item),
        line=read.line,
        also=tuple(p.line for p in read.places),
        quote=read.quote,
        indicator=now.indicator,
        figure=figure,
        figure_read=before if before != figure else None,
        period=_both(period, now),
        kind=_both(kind, now),
        measure=_both(measure, now),
        region=places.name(now.region),
        confidence=read.confidence,
        decided_at=item.at,
        linked=names.get(link) if link else None,
        suggested=names.get(suggested[0]) if suggested and not link else None,
        in_ledger=row is not None and row["review"] != "rejected",
        observed=row is not None and row["statement_id"] in observed,
    )


def _both(word: Any, statement: Statement) -> Text:
    return Text(word(statement, "zh"), word(statement, "en"))


def _fields(
    item: Reviewed,
    row: Mapping[str, Any] | None,
    suggested: Sequence[str],
    names: Mapping[str, Text],
    places: _Places,
) -> tuple[Field, ...]:
    found = []
    for name in FIELDS:
        label, hint = _LABELS[name]
        options = _options(name, suggested, names, places)
        if name == LINK:
            read = (row["indicator_id"] if row else None) or ""
            value = item.indicator or read
        elif name == "region":
            value, read = (places.written(s.region) for s in (item.statement, item.original))
            if value and value not in (o.value for o in options):
                options = (Option(value, Text(value, value)), *options)
        else:
            value, read = (_field_value(s, name) for s in (item.statement, item.original))
            if name == "unit" and value not in (o.value for o in options):
                options = (Option(value, Text(value or "–", value or "–")), *options)
        found.append(Field(name, label, hint, value, read, options, name in _NUMERIC))
    return tuple(found)


def _options(
    name: str, suggested: Sequence[str], names: Mapping[str, Text], places: _Places
) -> tuple[Option, ...]:
    if name == "comparator":
        return tuple(Option(c, COMPARATOR_WORDS[c]) for c in COMPARATORS)
    if name == "measure":
        return tuple(Option(m, MEASURE_WORDS[m]) for m in MEASURES)
    if name == "kind":
        return tuple(Option(k, KIND_WORDS[k]) for k in KINDS)
    if name == "unit":
        return tuple(Option(u, UNIT_WORDS[u]) for u in UNIT_WORDS)
    if name == "region":
        whole = (Option("", Text("整个区域", "the whole region")),)
        return (*whole, *(Option(t.zh, t) for t in places.all))
    if name == LINK:
        ordered = [*suggested, *(i for i in names if i not in suggested)]
        none = (Option("", Text("未定", "undecided")), Option("-", Text("无", "none")))
        return (*none, *(Option(i, names[i], suggested=i in suggested) for i in ordered if i in names))
    return ()


def _field_value(statement: Statement, name: str) -> str:
    """A field as it is written in the form. The bound that follows from a comparison is none to fill in."""
    value = getattr(statement, name)
    if name in ("lower", "upper") and statement.comparator != "range" and value == statement.value:
        return ""
    return _written(value)


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:.15g}"
    return str(value)


def _past(entry: Mapping[str, Any]) -> Past:
    fields = cast("Mapping[str, object]", entry.get("fields") or {})
    return Past(
        cast("Review", entry["decision"]),
        str(entry.get("at", "")),
        tuple((_LABELS[n][0], _written(v)) for n, v in fields.items() if n in _LABELS),
    )
