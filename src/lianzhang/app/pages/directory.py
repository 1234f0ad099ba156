"""The firms of a region as columns in memory, made once per snapshot, to be searched and counted.

A search then touches no file and no database: words by the signatures of `firms.kernel.search`, facets by counting
codes. A million firms take about 300 MB.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from lianzhang.app.pages.pinyin import bytes_of, spell_column
from lianzhang.firms.kernel.search import Lines, containing, lines
from lianzhang.i18n import Text
from lianzhang.store import Reader

#: The stubs know no mixture of array types.
pc: Any = pyarrow.compute
Mask = NDArray[np.bool_]
_WORDS = 6
#: Words whose lines are remembered, a bit per firm each.
_REMEMBERED = 128

#: The tables it is made from.
TABLES = ("firms", "firm_aliases", "firm_nodes", "firm_status", "nodes", "regions", "sectors")

#: Firms with evidence on the chain come first, then the best match.
_FIRMS = """
SELECT f.firm_id, f.name_zh, f.name_en, f.kind, f.region_id, f.sector_id,
       lower(concat_ws(' ', f.name_zh, f.name_en, f.uscc, f.ticker, a.names)) AS line
FROM firms f
LEFT JOIN (SELECT firm_id, string_agg(alias, ' ') AS names FROM firm_aliases GROUP BY 1) a USING (firm_id)
LEFT JOIN (SELECT firm_id, count(*) AS nodes FROM firm_nodes GROUP BY 1) k USING (firm_id)
ORDER BY coalesce(k.nodes, 0) DESC, length(f.name_zh), f.name_zh, f.firm_id
"""


@dataclass(frozen=True)
class Codes:
    """A column of names by number: ``keys`` and ``names`` of the values, and each row's number, −1 for none."""

    keys: list[str]
    names: list[Text]
    rows: NDArray[np.int32]

    def of(self, key: str) -> int:
        """Number of a key; −2, which no row has, for one that occurs nowhere."""
        return self.keys.index(key) if key in self.keys else -2

    def named(self, key: str) -> Text | None:
        """Name of a key; None for one that occurs nowhere."""
        code = self.of(key)
        return self.names[code] if code >= 0 else None

    def name(self, row: int) -> Text | None:
        """Name of a row's value."""
        code = int(self.rows[row])
        return self.names[code] if code >= 0 else None

    def counted(self, chosen: Mask, most: int) -> list[tuple[str, Text, int]]:
        """The most frequent values among the chosen rows: (key, name, rows)."""
        counts = np.bincount(self.rows[chosen] + 1, minlength=len(self.keys) + 1)[1:]
        order = sorted(np.flatnonzero(counts), key=lambda c: (-counts[c], self.names[c].zh))[:most]
        return [(self.keys[c], self.names[c], int(counts[c])) for c in order]


@dataclass(frozen=True)
class Directory:
    """The firms in the order in which they are listed; ids, names and kinds are Arrow arrays.

    ``inside`` marks firms of the region itself; ``rungs`` has a bit for each of ``classes`` that a firm holds now;
    ``making`` is (row, number in ``nodes``) of what firms make, by row.
    """

    firm_id: Any
    name_zh: Any
    name_en: Any
    kind: Any
    places: Codes
    sectors: Codes
    inside: Mask
    classes: list[str]
    rungs: NDArray[np.uint8]
    nodes: list[tuple[str, Text]]
    making: tuple[NDArray[np.int64], NDArray[np.int64]]
    lines: Lines
    _known: OrderedDict[str, NDArray[np.uint8]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __len__(self) -> int:
        return len(self.firm_id)

    def chosen(
        self,
        words: str,
        *,
        here: bool,
        place: str | None,
        sector: str | None,
        status: str | None,
        node: str | None,
    ) -> Mask:
        """Rows that have all the words (as parts of names, codes, pinyin or initials) and every value asked for."""
        found = self.inside.copy() if here else np.ones(len(self), np.bool_)
        if place:
            found &= self.places.rows == self.places.of(place)
        if sector:
            found &= self.sectors.rows == self.sectors.of(sector)
        if status:
            bit = self.classes.index(status) if status in self.classes else None
            found &= (self.rungs & (1 << bit)) != 0 if bit is not None else False
        if node:
            rows, numbers = self.making
            makers = np.zeros(len(self), np.bool_)
            wanted = next((n for n, (key, _) in enumerate(self.nodes) if key == node), -1)
            makers[rows[numbers == wanted]] = True
            found &= makers
        # Names are told apart by their words, however those are joined.
        for word in re.findall(r"[^\s·|]+", words.lower())[:_WORDS]:
            found &= self._having(word)
        return found

    def called(self, words: Sequence[str], among: Mask) -> Mask:
        """Those of the rows marked in ``among`` that are called exactly so: by name, alias, pinyin or initials."""
        wanted = spellings(words)
        found = np.zeros(len(self), np.bool_)
        for name in (n for n in wanted if not n.isascii()):
            # Aliases stand between spaces, or between a space and the bar before the pinyin; so do words of English
            # names, which are no names.
            for line in (f" {name} ", f" {name}|"):
                found |= containing(self.lines, [_bytes(line)], among)
        rows = np.flatnonzero(among & ~found)
        names = self.name_zh.take(pa.array(rows))
        same = pc.is_in(pc.utf8_lower(names), pa.array(sorted(wanted), names.type))
        english = self.name_en.take(pa.array(rows))
        same = pc.or_(same, pc.is_in(pc.utf8_lower(english), pa.array(sorted(wanted), english.type)))
        if len(rows) and any(name.isascii() for name in wanted):
            spelled = spell_column(names)
            for name in wanted:
                same = pc.or_(same, pc.starts_with(spelled, f"{name}|"))
                same = pc.or_(same, pc.ends_with(spelled, f"|{name}"))
        found[rows[same.to_numpy(zero_copy_only=False)]] = True
        return found

    def held(self, row: int) -> list[str]:
        """Rungs of the gradient that a firm holds."""
        return [name for bit, name in enumerate(self.classes) if self.rungs[row] >> bit & 1]

    def held_by(self, chosen: Mask) -> list[tuple[str, int]]:
        """How many of the chosen firms hold which rung, the most frequent first."""
        sets = np.bincount(self.rungs[chosen], minlength=256)
        bits = np.arange(256)
        counts = [(name, int(sets[(bits >> bit & 1) == 1].sum())) for bit, name in enumerate(self.classes)]
        return sorted(((n, c) for n, c in counts if c), key=lambda pair: -pair[1])

    def makes(self, row: int) -> tuple[Text, ...]:
        """Names of the nodes that a firm makes."""
        rows, numbers = self.making
        start, end = np.searchsorted(rows, [row, row + 1])
        return tuple(self.nodes[n][1] for n in numbers[start:end])

    def _having(self, word: str) -> Mask:
        """Rows with a word among all; remembered, as whoever searches goes on with facets and pages."""
        with self._lock:
            known = self._known.get(word)
            if known is not None:
                self._known.move_to_end(word)
        if known is None:
            known = np.packbits(containing(self.lines, [_bytes(word)], np.ones(len(self), np.bool_)))
            with self._lock:
                self._known[word] = known
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
        return np.unpackbits(known, count=len(self)).view(np.bool_)


def spellings(words: Sequence[str]) -> set[str]:
    """How a name may be written of which these are the words: joined, as pinyin is, and apart, as English is."""
    return {"".join(words), " ".join(words)}


def directory(reader: Reader) -> Directory:
    """The firms of the region as they are loaded."""
    rows = reader.sql(_FIRMS)
    regions = {
        r["region_id"]: r
        for r in reader.sql("SELECT region_id, parent_id, name_zh, name_en FROM regions").to_pylist()
    }
    sectors = reader.sql(
        "SELECT sector_id, name_zh, coalesce(name_en, name_zh) AS name_en FROM sectors"
    ).to_pylist()
    places = _codes(rows["region_id"], {k: Text(r["name_zh"], r["name_en"]) for k, r in regions.items()})
    within = np.array([_inside(key, regions, reader.region.root) for key in places.keys] + [False], np.bool_)
    ids = rows["firm_id"].combine_chunks()
    classes, rungs = _rungs(reader, ids)
    nodes, making = _making(reader, ids)
    names = rows["name_zh"].combine_chunks().cast(pa.large_string())
    searched = pc.binary_join_element_wise(
        rows["line"].combine_chunks().cast(pa.large_string()),
        spell_column(names),
        pa.scalar("|", pa.large_string()),
    )
    rows = rows.drop_columns(["line"])
    return Directory(
        firm_id=ids,
        name_zh=names,
        name_en=rows["name_en"].combine_chunks(),
        kind=rows["kind"].combine_chunks().dictionary_encode(),
        places=places,
        sectors=_codes(
            rows["sector_id"], {r["sector_id"]: Text(r["name_zh"], r["name_en"]) for r in sectors}
        ),
        inside=within[places.rows],
        classes=classes,
        rungs=rungs,
        nodes=nodes,
        making=making,
        lines=lines(*bytes_of(searched)),
    )


def _codes(column: Any, names: Mapping[str, Text]) -> Codes:
    """A column by number; keys without a name count as none."""
    coded = column.combine_chunks().dictionary_encode()
    keys: list[str] = [k for k in coded.dictionary.to_pylist() if k in names]
    number = {k: n for n, k in enumerate(keys)}
    into = np.array([number.get(k, -1) for k in coded.dictionary.to_pylist()] + [-1], np.int32)
    given = pc.fill_null(coded.indices, len(into) - 1).to_numpy(zero_copy_only=False)
    return Codes(keys, [names[k] for k in keys], into[given])


def _inside(key: str | None, regions: Mapping[str, Mapping[str, Any]], root: str) -> bool:
    seen: set[str] = set()
    while key is not None and key not in seen:
        if key == root:
            return True
        seen.add(key)
        key = regions[key]["parent_id"] if key in regions else None
    return False


def _rungs(reader: Reader, ids: Any) -> tuple[list[str], NDArray[np.uint8]]:
    held = reader.sql("SELECT DISTINCT firm_id, status_class FROM firm_status WHERE valid_to IS NULL")
    rows = pc.index_in(held["firm_id"], value_set=ids)
    coded: Any = held["status_class"].combine_chunks().dictionary_encode()
    known = pc.is_valid(rows).to_numpy(zero_copy_only=False)
    rungs = np.zeros(len(ids), np.uint8)
    at = pc.fill_null(rows, 0).to_numpy()[known]
    bits = np.left_shift(1, coded.indices.to_numpy(zero_copy_only=False)[known]).astype(np.uint8)
    np.bitwise_or.at(rungs, at, bits)
    return coded.dictionary.to_pylist(), rungs


def _making(
    reader: Reader, ids: Any
) -> tuple[list[tuple[str, Text]], tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Nodes in the order of their Chinese names, and who makes which, by firm and then name."""
    nodes = reader.sql("SELECT node_id, name_zh, name_en FROM nodes ORDER BY name_zh, node_id")
    links = reader.sql("SELECT DISTINCT firm_id, node_id FROM firm_nodes")
    rows = pc.index_in(links["firm_id"], value_set=ids)
    numbers = pc.index_in(links["node_id"], value_set=nodes["node_id"].combine_chunks())
    known = pc.and_(pc.is_valid(rows), pc.is_valid(numbers)).to_numpy(zero_copy_only=False)
    firm = pc.fill_null(rows, 0).to_numpy()[known].astype(np.int64)
    node = pc.fill_null(numbers, 0).to_numpy()[known].astype(np.int64)
    order = np.lexsort((node, firm))
    listed = [(r["node_id"], Text(r["name_zh"], r["name_en"])) for r in nodes.to_pylist()]
    return listed, (firm[order], node[order])


def _bytes(word: str) -> bytes:
    return word.encode(errors="replace")
