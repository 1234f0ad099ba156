"""Give every shown number its way back: value ← run ← query ← table ← source ← place in the source."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lianzhang.i18n import Text
from lianzhang.report.format import UNITS as REPORT_UNITS
from lianzhang.report.values import Citation, Origin, Quantity, Source, Status
from lianzhang.schema import STATUSES, table
from lianzhang.store import Reader
from lianzhang.units import UNITS, unit_label

#: Units of tables whose name in a report differs.
_REPORT_UNIT = {
    "yuan": "cny",
    "yuan/persons": "cny_per_person",
    "%": "pct",
    "percentage points": "pp",
    "km²": "km2",
    "t": "tonnes",
    "kWh": "kwh",
    "kW": "kw",
}


def report_unit(code: str) -> str | Text:
    """The unit of a table as the report writes it."""
    known = _REPORT_UNIT.get(code, code)
    if known in REPORT_UNITS:
        return known
    if code in UNITS:
        return UNITS[code].label
    return Text(unit_label(code, "zh"), unit_label(code, "en"))


class Provenance:
    """Collects the origins and sources that a report's numbers name, each once."""

    def __init__(self, reader: Reader) -> None:
        self._known = {row["source_id"]: row for row in reader.table("sources").to_pylist()}
        self._sources: dict[str, Source] = {}
        self._origins: dict[tuple[object, ...], Origin] = {}

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Every origin asked for so far."""
        return tuple(self._origins.values())

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every source cited so far."""
        return tuple(self._sources.values())

    def observed(
        self,
        value: Text,
        table_name: str,
        source_id: str,
        status: str,
        place: str | None = None,
        note: str | None = None,
    ) -> str:
        """Key of the origin of a figure copied from a source.

        Args:
            value: what the figure is, with its period.
            table_name: table of the schema that holds it.
            source_id: source it was copied from.
            status: how the row came about.
            place: place in the source.
            note: scope and doubts.
        """
        key = ("observed", value, table_name, source_id, status, place, note)
        if key not in self._origins:
            citation = Citation(self._cite(source_id), place_text(place) if place else None)
            self._origins[key] = Origin(
                key=self._next_key(),
                value=value,
                status=_status(status),
                table=table(table_name).label,
                citations=(citation,),
                note=bilingual(note) if note else None,
            )
        return self._origins[key].key

    def computed(
        self,
        value: Text,
        method: Text,
        tables: Iterable[str],
        source_ids: Iterable[str],
        status: Status = "derived",
        note: Text | None = None,
    ) -> str:
        """Key of the origin of a figure that an engine computed.

        Args:
            value: what the figure is.
            method: which computation gave it.
            tables: tables of the schema that went in.
            source_ids: sources of the rows that went in.
            status: derived, or worse where an input was.
            note: what to be careful about.
        """
        names = tuple(dict.fromkeys(tables))
        sources = tuple(dict.fromkeys(source_ids))
        key = ("computed", value, method, names, sources, status, note)
        if key not in self._origins:
            labels = [table(name).label for name in names]
            self._origins[key] = Origin(
                key=self._next_key(),
                value=value,
                status=status,
                run=method,
                table=Text("、".join(t.zh for t in labels), ", ".join(t.en for t in labels)),
                citations=tuple(Citation(self._cite(s)) for s in sources),
                note=note,
            )
        return self._origins[key].key

    def citation(self, source_id: str, place: Text | None = None) -> Citation:
        """A citation of a source."""
        return Citation(self._cite(source_id), place)

    def line(self, source_ids: Iterable[str]) -> Text:
        """A source line: the titles of some sources, each once."""
        titles = [self.title(s) for s in dict.fromkeys(source_ids)]
        return Text("；".join(t.zh for t in titles), "; ".join(t.en for t in titles))

    def title(self, source_id: str) -> Text:
        """Title of one source."""
        row = self._known[source_id]
        return Text(row["title_zh"], row["title_en"])

    def _next_key(self) -> str:
        return f"o{len(self._origins) + 1}"

    def _cite(self, source_id: str) -> str:
        if source_id not in self._sources:
            row = self._known[source_id]
            publisher = row["publisher"]
            licence = row["licence"]
            self._sources[source_id] = Source(
                key=source_id,
                title=Text(row["title_zh"], row["title_en"]),
                publisher=bilingual(publisher) if publisher else None,
                published=row["published"],
                url=row["url"],
                licence=bilingual(licence) if licence else None,
            )
        return source_id


_LAST_HAN = re.compile(
    r"^(.*[\u3400-\u9fff，。；：）》”、][^\s\u3400-\u9fff]*)"
    r"\s+([^\u3400-\u9fff]*[A-Za-z][^\u3400-\u9fff]*)$",
    re.DOTALL,
)


def bilingual(text: str) -> Text:
    """A remark of a pack: where it says the same in Chinese and then in English, each language gets its part.

    >>> bilingual("政府统计 official statistics")
    Text(zh='政府统计', en='official statistics')
    >>> bilingual("渗透率53.51% penetration 53.51 %")
    Text(zh='渗透率53.51%', en='penetration 53.51 %')
    """
    parts = _LAST_HAN.match(text)
    return Text(parts[1].strip(), parts[2].strip()) if parts else Text(text, text)


def place_text(locator: str) -> Text:
    """A place in a source; some packs write it in both languages, set apart by a slash.

    Where the line is told, the characters in it are for machines: tables and the API keep them, a reader is spared them.

    >>> place_text("第12行 / line 12 char 871").en
    'line 12'
    >>> place_text("第12行 line 12, 871–890; 第15行 line 15, 3–9").zh
    '第12行；第15行'
    """
    if found := _READ_LINE.findall(locator):
        return Text("；".join(f"第{n}行" for n in found), "; ".join(f"line {n}" for n in found))
    place = _CHARACTERS.sub("", locator)
    zh, slash, en = place.partition(" / ")
    return Text(zh, en) if slash and any(c.isalpha() for c in en) else Text(place, place)


_CHARACTERS = re.compile(r",? char \d+(?:[-–]\d+)?")
#: A place as a reading of a document writes it.
_READ_LINE = re.compile(r"第(\d+)行 line \1, \d+–\d+")


def worst(statuses: Iterable[str]) -> Status:
    """The weakest status among some rows: what rests on a guess is a guess."""
    order: tuple[Status, ...] = ("official", "derived", "estimated", "reconstructed", "synthetic")
    found = set(statuses)
    return next((s for s in reversed(order) if s in found), "official")


def _status(word: str) -> Status:
    return worst([word]) if word in STATUSES else "derived"


def counted(value: int, unit: str | Text, origin: str) -> Quantity:
    """A count as a quantity."""
    return Quantity(float(value), unit, origin)
