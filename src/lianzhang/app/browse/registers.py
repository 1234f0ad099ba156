"""Registers of firms that were uploaded: looked at, their columns proposed, imported once somebody has agreed.

An upload's folder lies beside the snapshots, ``registers/.uploads/<region>/<id>/``: the file until it is imported or a
day old, ``register.json`` with what was found in it and, later, with what the import did, ``quarantine.csv``. The
mapping that was agreed on is kept as ``registers/<source id>.toml`` and proposed for the next file that it fits.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pyarrow.parquet as pq

from lianzhang.app.browse.archive import check_zipped
from lianzhang.app.browse.desk import Desk
from lianzhang.app.browse.jobs import Tick, Work
from lianzhang.app.browse.plain import plain
from lianzhang.app.browse.records import Outcome
from lianzhang.app.registers import keep_register, write_places
from lianzhang.errors import InputError, UnknownNameError
from lianzhang.firms.register.layout import (
    FIELD_NAMES,
    PERSONAL,
    Layout,
    guess_columns,
    load_layout,
    save_layout,
    source_id_of,
)
from lianzhang.firms.register.reasons import REASONS
from lianzhang.firms.register.run import import_register
from lianzhang.firms.register.source import RegisterFile
from lianzhang.i18n import Text

FOLDER = "registers"
#: How long a file waits for somebody to agree.
_KEPT = timedelta(days=1)
#: Sample cells shown of a column, and rows of the quarantine shown on a page.
_SAMPLES, _SHOWN = 3, 50
_ID = re.compile(r"[0-9a-f]{16}")
_PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}[-－]?\d{7,8})(?!\d)")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
State = Literal["proposed", "done"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its name, the field that it is proposed for, and some of its cells."""

    name: str
    field: str | None
    personal: bool
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A row of the quarantine."""

    row: int
    reason: str
    value: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Register:
    """An uploaded register. ``title`` is proposed, then agreed; times are UTC, ISO; ``header_row`` is 0 without one.

    ``done``: figures of the import and of what the region took; ``refused``: the first rows of the quarantine.
    """

    register_id: str
    name: str
    bytes: int
    uploaded_at: str
    state: State
    title: str
    sheet: str | None
    sheets: tuple[str, ...]
    header_row: int
    columns: tuple[Column, ...]
    remembered: bool = False
    evidence_date: str = ""
    imported_at: str = ""
    source_id: str = ""
    done: dict[str, Any] | None = None
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody agreed to. ``columns``: ``field=n``, n the number of a column from 1; blank ones are left out."""

    columns: Sequence[str]
    title: str
    evidence_date: str = ""


class Registers:
    """The uploaded registers of one region."""

    def __init__(self, store: Path, region: str) -> None:
        self.mappings = store / FOLDER
        self._folder = store / FOLDER / ".uploads" / region

    def look(self, path: Path, register_id: str) -> Register:
        """Take a file in and say what its columns seem to be.

        Raises:
            InputError: the file says nothing, or has no such sheet.
            FileFormatError: it cannot be read; says what to do.
            ArchiveError: a workbook would unpack to too much.
        """
        self._clear()
        beside = self._folder / f".{register_id}"
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        beside.chmod(0o700)
        try:
            check_zipped(path)
            register = self._proposed(path, register_id, None, None)
            shutil.move(path, beside / path.name)
            self._write(beside, register)
            beside.rename(self._folder / register_id)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        return register

    def look_again(self, register_id: str, sheet: str | None, header_row: int | None) -> Register:
        """The same file with another sheet or another row as its header.

        Raises:
            UnknownNameError: no such upload, or no such sheet.
            InputError: it is imported already, or gone.
        """
        path = self.file(register_id)
        register = self._proposed(path, register_id, sheet, header_row)
        self._write(path.parent, replace(register, uploaded_at=self.register(register_id).uploaded_at))
        return register

    def _proposed(self, path: Path, register_id: str, sheet: str | None, header_row: int | None) -> Register:
        source = RegisterFile(path, sheet, header_row)
        header, cells = source.header(), source.sample()
        remembered = self._remembered(header)
        fields = dict(remembered.columns) if remembered is not None else guess_columns(header, cells)
        by_column = {column: field for field, column in fields.items()}
        columns = []
        for place, name in enumerate(header):
            personal = PERSONAL.search(name) is not None
            shown = [_PHONE.sub("…", row[place])[:60] for row in cells if row[place].strip()]
            columns.append(Column(name, by_column.get(name), personal, tuple(shown[:_SAMPLES])))
        return Register(
            register_id,
            path.name,
            path.stat().st_size,
            _now(),
            "proposed",
            remembered.name if remembered is not None else path.name.split(".")[0],
            source.sheet,
            tuple(source.sheets()),
            source.found().row,
            tuple(columns),
            remembered is not None,
            (remembered.evidence_date or "") if remembered is not None else "",
        )

    def registers(self) -> list[Register]:
        """All uploads that are still known, the last one first."""
        found = [self.register(p.name) for p in self._folder.glob("*") if _ID.fullmatch(p.name)]
        return sorted(found, key=lambda r: (r.imported_at or r.uploaded_at, r.register_id), reverse=True)

    def register(self, register_id: str) -> Register:
        """One upload.

        Raises:
            UnknownNameError: no such upload.
        """
        raw = json.loads((self._place(register_id) / "register.json").read_text(encoding="utf-8"))
        raw["columns"] = tuple(Column(**{**c, "samples": tuple(c["samples"])}) for c in raw["columns"])
        raw["refused"] = tuple(Refused(**r) for r in raw["refused"])
        return Register(**{**raw, "sheets": tuple(raw["sheets"])})

    def file(self, register_id: str) -> Path:
        """The uploaded file.

        Raises:
            UnknownNameError: no such upload.
            InputError: it is imported already, or a day old and gone.
        """
        register = self.register(register_id)
        path = self._place(register_id) / register.name
        if not path.is_file():
            raise InputError(
                Text(
                    "这个文件已经导入或已过期删除",
                    "this file is imported already, or was deleted after a day",
                ),
                hint=Text("请再次上传", "upload it again"),
            )
        return path

    def quarantine(self, register_id: str) -> Path:
        """The quarantine of an import as a file for spreadsheets.

        Raises:
            UnknownNameError: no such upload, or not imported yet.
        """
        path = self._place(register_id) / "quarantine.csv"
        if not path.is_file():
            raise UnknownNameError(Text("隔离表", "quarantine"), register_id)
        return path

    def layout(self, register_id: str, choice: Choice) -> Layout:
        """The mapping that a choice means.

        Raises:
            UnknownNameError: no such upload or field.
            InputError: no name among the columns, one field twice, a column of personal data, or no title.
        """
        register = self.register(register_id)
        columns: dict[str, str] = {}
        for pair in filter(None, choice.columns):
            field, _, number = pair.partition("=")
            if field not in FIELD_NAMES:
                raise UnknownNameError(Text("字段", "field"), field, FIELD_NAMES)
            if not number.isdigit() or not 1 <= int(number) <= len(register.columns):
                raise UnknownNameError(Text("列", "column"), number)
            column = register.columns[int(number) - 1]
            name = FIELD_NAMES[field]
            if column.personal:
                raise InputError(
                    Text(
                        f"“{column.name}”是个人信息，不读入", f"{column.name!r} is personal data and not read"
                    )
                )
            if field in columns:
                raise InputError(
                    Text(f"有两列都选作“{name.zh}”", f"two columns are chosen as {name.en!r}"),
                    hint=Text("只留一列，其余选“不读入”", "leave one and set the other to “not read”"),
                )
            columns[field] = column.name
        if "name" not in columns:
            raise InputError(
                Text("还没有选哪一列是企业名称", "no column is chosen as the name"),
                hint=Text("企业名称必选，其余可缺", "the name is needed, everything else may be absent"),
            )
        title = choice.title.strip()
        if not title:
            raise InputError(Text("请给名录起个名字", "give the register a name"))
        return Layout(
            title,
            columns,
            source_id=source_id_of(title),
            evidence_date=choice.evidence_date or None,
            products="product" in columns,
            sheet=register.sheet,
            header_row=register.header_row,
            missing=("", "-", "—", "/", "无", "N/A", "NULL", "null"),
        )

    def finish(self, register_id: str, layout: Layout, done: dict[str, Any], folder: Path) -> Register:
        """Note what an import did, keep its quarantine and mapping, delete the file."""
        place = self._place(register_id)
        register = self.register(register_id)
        rows = pq.read_table(folder / "quarantine.parquet").to_pylist()
        with (place / "quarantine.csv").open("w", encoding="utf-8-sig", newline="") as handle:
            out = csv.writer(handle)
            out.writerow(["行 Row", "原因", "Reason", "值 Value", "企业名称 Name"])
            for row in rows:
                reason = REASONS[row["reason"]]
                cells = (row["row"], reason.zh, reason.en, row["value"], row["name"])
                out.writerow([_guarded(cell) for cell in cells])
        save_layout(layout, self.mappings / f"{layout.source_id}.toml")
        finished = replace(
            register,
            state="done",
            title=layout.name,
            evidence_date=layout.evidence_date or "",
            imported_at=_now(),
            source_id=layout.source_id,
            done=done,
            refused=tuple(Refused(r["row"], r["reason"], r["value"], r["name"]) for r in rows[:_SHOWN]),
        )
        self._write(place, finished)
        (place / register.name).unlink(missing_ok=True)
        return finished

    def discard(self, register_id: str) -> None:
        """Delete an upload; what was imported stays in the region.

        Raises:
            UnknownNameError: no such upload.
        """
        shutil.rmtree(self._place(register_id))

    def titles(self) -> list[str]:
        """Names of the registers whose mappings are kept."""
        return sorted(layout.name for layout in self._kept())

    def _kept(self) -> list[Layout]:
        return [load_layout(str(p)) for p in sorted(self.mappings.glob("register-*.toml"))]

    def _remembered(self, header: Sequence[str]) -> Layout | None:
        """The kept mapping that fits a header and says most about it."""
        fitting = [k for k in self._kept() if set(k.columns.values()) <= set(header)]
        return max(fitting, key=lambda k: len(k.columns), default=None)

    def _clear(self) -> None:
        """Delete files that nobody agreed to within a day."""
        oldest = (datetime.now(UTC) - _KEPT).isoformat()
        for register in self.registers():
            if register.state == "proposed" and register.uploaded_at < oldest:
                self.discard(register.register_id)

    def _write(self, place: Path, register: Register) -> None:
        beside = place / ".register.json"
        beside.write_text(json.dumps(asdict(register), ensure_ascii=False), encoding="utf-8")
        beside.rename(place / "register.json")

    def _place(self, register_id: str) -> Path:
        place = self._folder / register_id
        # The id comes from outside: only our own form may become part of a path.
        if not _ID.fullmatch(register_id) or not (place / "register.json").is_file():
            raise UnknownNameError(Text("上传的名录", "uploaded register"), register_id)
        return place


def look_work(desk: Desk, region: str, path: Path, register_id: str) -> Work:
    """Look at an uploaded register and propose its columns."""

    def work(tick: Tick, folder: Path) -> Outcome:
        tick(Text("查看文件", "looking at the file"), 0.1)
        return Outcome(plain(Registers(desk.store.path, region).look(path, register_id)))

    return work


def look_again_work(
    desk: Desk, region: str, register_id: str, sheet: str | None, header_row: int | None
) -> Work:
    """Look at an uploaded register again, with another sheet or header."""

    def work(tick: Tick, folder: Path) -> Outcome:
        tick(Text("查看文件", "looking at the file"), 0.1)
        return Outcome(plain(Registers(desk.store.path, region).look_again(register_id, sheet, header_row)))

    return work


def import_work(desk: Desk, region: str, register_id: str, layout: Layout, *, keep_bad_codes: bool) -> Work:
    """Import an uploaded register by the mapping that was agreed on, and put its firms into the region."""

    def work(tick: Tick, folder: Path) -> Outcome:
        tick(Text("准备", "preparing"), 0.01)
        kept = Registers(desk.store.path, region)
        path = kept.file(register_id)
        expected = RegisterFile(path, layout.sheet, layout.header_row).estimate()
        with desk.readers.reading(region) as reader:
            places = write_places(reader, folder / "regions.csv")

        def told(rows: int) -> None:
            share = rows / max(expected, rows) if expected else rows / (rows + 100_000)
            tick(Text(f"已读 {rows:,} 行", f"{rows:,} rows read"), 0.02 + 0.8 * share)

        out = desk.store.path / FOLDER / layout.source_id
        report = import_register(
            path,
            layout,
            out,
            regions=places,
            keep_bad_codes=keep_bad_codes,
            processes=desk.settings.processes,
            memory_gb=desk.settings.memory_gb / 2,
            tick=told,
        )
        tick(Text("放入区域", "putting the firms into the region"), 0.9)
        title = Text(layout.name, layout.name)
        taken = keep_register(replace(desk.settings, region=region), out, title)
        done = {"import": {**plain(report), "folder": ""}, "kept": plain(taken)}
        return Outcome(plain(kept.finish(register_id, layout, done, out)))

    return work


def _guarded(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
