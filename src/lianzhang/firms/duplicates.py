"""Duplicates within an imported register: from its tables to groups of records, written beside them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lianzhang.errors import NotLoadedError
from lianzhang.firms.linkage import THRESHOLD, comparison_table, find_duplicates
from lianzhang.i18n import Text

Group = tuple[str, list[tuple[str, str]]]


def duplicates_of_import(folder: Path, *, threshold: float = THRESHOLD) -> list[Group]:
    """Groups of (firm_id, name) that are one firm, largest first; also written as ``firm_duplicates.parquet``.

    Raises:
        NotLoadedError: the folder holds no import.
        MissingExtraError: splink is not installed.
    """
    firms_file, texts_file = folder / "firms.parquet", folder / "firm_texts.parquet"
    if not firms_file.is_file() or not texts_file.is_file():
        raise NotLoadedError(
            Text(f"{folder} 里没有导入的企业", f"{folder} holds no imported firms"),
            hint=Text("请先运行 lianzhang firms import", "run `lianzhang firms import` first"),
        )
    firms = pq.read_table(firms_file, columns=["firm_id", "name_zh", "uscc", "region_id", "founded"])
    texts = pq.read_table(texts_file, columns=["firm_id", "address"])
    addresses = dict(zip(texts["firm_id"].to_pylist(), texts["address"].to_pylist(), strict=True))
    ids: list[Any] = firms["firm_id"].to_pylist()
    names: list[Any] = firms["name_zh"].to_pylist()
    records = comparison_table(
        ids,
        names,
        firms["uscc"].to_pylist(),
        firms["region_id"].to_pylist(),
        [addresses.get(firm_id) for firm_id in ids],
        firms["founded"].to_pylist(),
    )
    found = find_duplicates(records, threshold=threshold)
    _write(found.groups, folder / "firm_duplicates.parquet")
    name_of = dict(zip(ids, names, strict=True))
    groups: dict[str, list[tuple[str, str]]] = {}
    for member, group in zip(
        found.groups["firm_id"].to_pylist(), found.groups["group_id"].to_pylist(), strict=True
    ):
        groups.setdefault(str(group), []).append((str(member), str(name_of[member])))
    return sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))


def _write(groups: pa.Table, path: Path) -> None:
    part = path.with_suffix(".part")
    pq.write_table(groups, part)
    os.replace(part, path)  # noqa: PTH105 — atomic, so that nobody reads half a table
