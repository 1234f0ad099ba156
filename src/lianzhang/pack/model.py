"""What a pack is, what can be wrong with one, and the list of everything that is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from lianzhang.errors import PackError
from lianzhang.i18n import Lang, Text
from lianzhang.pack.rules import rule_of

Severity = Literal["error", "notice"]

#: Called with what is being done and how much of the whole is done, from 0 to 1.
Progress = Callable[[Text, float], None]


def silent(_what: Text, _done: float) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One file of a pack. ``path`` is as written in `datapackage.json`, relative to the pack."""

    name: str
    path: str
    format: Literal["csv", "parquet"]
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Pack:
    """The description of a pack: `datapackage.json`, read.

    ``name`` is the short name under which a store keeps the region; ``region`` the ``region_id`` of its root.
    """

    folder: Path
    name: str
    title: Text
    region: str
    as_of: str | None
    languages: tuple[str, ...]
    version: str
    resources: tuple[Resource, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or was mended, in one place.

    ``row`` counts records as a spreadsheet does: the header is row 1. It is None where the problem is not of a row.
    """

    rule: str
    severity: Severity
    file: str
    table: str | None
    row: int | None
    field: str | None
    value: str | None
    message: Text
    remedy: Text

    def render(self, lang: Lang = "en") -> str:
        """One line: place, value, what is wrong, what to do."""
        sep, colon = ("；", "：") if lang == "zh" else ("; ", ": ")
        return f"{self.place(lang)}{colon}{self.message.get(lang)}{sep}{self.remedy.get(lang)}"

    def place(self, lang: Lang = "en") -> str:
        """File, row, field and value."""
        words = [self.file]
        if self.row is not None:
            words.append(f"第 {self.row} 行" if lang == "zh" else f"row {self.row}")
        if self.field is not None:
            words.append(self.field)
        if self.value is not None:
            words.append(f"“{self.value}”" if lang == "zh" else repr(self.value))
        return " ".join(words)

    def to_dict(self, lang: Lang = "en") -> dict[str, object]:
        """For JSON."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "file": self.file,
            "table": self.table,
            "row": self.row,
            "field": self.field,
            "value": self.value,
            "message": self.message.get(lang),
            "remedy": self.remedy.get(lang),
        }


@dataclass(slots=True)
class Report:
    """Everything a check found: examples up to a limit for each rule, file and field, and how many there are."""

    pack: Pack | None = None
    limit: int = 5
    problems: list[Problem] = field(default_factory=list)
    totals: dict[tuple[str, str, str | None], int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    _shown: dict[tuple[str, str, str | None], int] = field(default_factory=dict, repr=False)
    _ragged: set[tuple[str, int]] = field(default_factory=set, repr=False)

    def add(
        self,
        rule: str,
        file: str,
        *,
        table: str | None = None,
        row: int | None = None,
        field: str | None = None,
        value: str | None = None,
        remedy: Text | None = None,
        total: int = 1,
    ) -> None:
        """Note one problem; ``total`` is how many cases this example stands for beyond those already noted."""
        key = (rule, file, field)
        if row is not None and rule == "ragged-row":
            self._ragged.add((file, row))
        elif row is not None and (file, row) in self._ragged:
            # Cells of a ragged row stand in wrong columns; what other rules say of them is no news.
            if total > 1:
                self.totals[key] = self.totals.get(key, 0) + total - 1
            return
        self.totals[key] = self.totals.get(key, 0) + total
        if self._shown.get(key, 0) >= self.limit:
            return
        self._shown[key] = self._shown.get(key, 0) + 1
        known = rule_of(rule)
        shown = value if value is None or len(value) <= 80 else value[:77] + "…"
        self.problems.append(
            Problem(
                rule, known.severity, file, table, row, field, shown, known.message, remedy or known.remedy
            )
        )

    @property
    def errors(self) -> list[Problem]:
        """Problems that keep the pack out of the store."""
        return [p for p in self.problems if p.severity == "error"]

    @property
    def notices(self) -> list[Problem]:
        """What was mended while reading, and what may surprise."""
        return [p for p in self.problems if p.severity == "notice"]

    @property
    def ok(self) -> bool:
        """Whether the pack may be stored."""
        return not self.errors

    def counts(self) -> dict[str, int]:
        """Number of cases by rule."""
        counted: dict[str, int] = {}
        for (rule, _file, _field), total in self.totals.items():
            counted[rule] = counted.get(rule, 0) + total
        return counted

    def error_counts(self) -> dict[str, int]:
        """Number of errors by rule."""
        return {rule: n for rule, n in self.counts().items() if rule_of(rule).severity == "error"}

    def raise_if_bad(self) -> None:
        """Raise when the pack may not be stored.

        Raises:
            PackError: with all problems in ``details['problems']``.
        """
        if self.ok:
            return
        errors = sum(self.error_counts().values())
        plural = "" if errors == 1 else "s"
        name = self.pack.name if self.pack else ""
        first = self.errors[0]
        raise PackError(
            Text(
                f"数据包 {name} 有 {errors} 处错误，未载入。第一处：{first.render('zh')}",
                f"the pack {name} has {errors} error{plural} and was not loaded. The first: {first.render('en')}",
            ),
            hint=Text("用 lianzhang pack check 看全部问题", "lianzhang pack check lists all problems"),
            details={"problems": [p.to_dict("en") for p in self.problems], "counts": self.counts()},
        )

    def to_dict(self, lang: Lang = "en") -> dict[str, object]:
        """For JSON."""
        return {
            "pack": None if self.pack is None else self.pack.name,
            "ok": self.ok,
            "rows": dict(self.rows),
            "counts": self.counts(),
            "problems": [p.to_dict(lang) for p in self.problems],
        }

    def render(self, lang: Lang = "en") -> list[str]:
        """Lines for a person: errors by rule with their number, then notices."""
        lines: list[str] = []
        for severity in ("error", "notice"):
            for rule in _in_order(p.rule for p in self.problems if p.severity == severity):
                total = self.counts()[rule]
                known = rule_of(rule)
                mark = {"error": Text("错误", "error"), "notice": Text("提示", "notice")}[severity].get(lang)
                lines.append(f"{mark} {rule} × {total:,}  {known.message.get(lang)}")
                shown = [p for p in self.problems if p.rule == rule]
                lines += [f"  {p.place(lang)} → {p.remedy.get(lang)}" for p in shown]
                if total > len(shown):
                    more = total - len(shown)
                    lines.append(f"  …… 另有 {more:,} 处" if lang == "zh" else f"  … and {more:,} more")
        return lines


def _in_order(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
