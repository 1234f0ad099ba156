"""Firms in groups: sectors, districts, clusters, chain nodes, or any other. A firm may be in several groups, or in none."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lianzhang.errors import FileFormatError, InputError, UnknownNameError
from lianzhang.i18n import Text
from lianzhang.risk.kernel.layout import sum_by

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Who belongs to which of g groups: q pairs of a firm and a group."""

    labels: tuple[str, ...]  #: (g,)
    firm: NDArray[np.int64]  #: (q,) 0 … n−1
    group: NDArray[np.int64]  #: (q,) 0 … g−1

    @classmethod
    def of(cls, group: NDArray[np.integer], labels: tuple[str, ...]) -> Self:
        """Groups that do not overlap.

        Args:
            group: (n,) group of each firm, −1 for none.
            labels: (g,) names of the groups.

        Raises:
            InputError: a group without a name.
        """
        if group.max(initial=-1) >= len(labels) or group.min(initial=0) < -1:
            raise InputError(
                Text(
                    f"分组编号应在 0 和 {len(labels) - 1} 之间，或为 −1",
                    f"groups are numbered 0 to {len(labels) - 1}, or −1 for none",
                )
            )
        firm = np.flatnonzero(group >= 0)
        return cls(labels, firm, group[firm].astype(np.int64))

    def sums(self, values: Floats) -> Floats:
        """(g,) sums of the members' values (n,)."""
        return sum_by(self.group, values[self.firm], len(self.labels))

    def earliest(self, days: NDArray[np.integer]) -> NDArray[np.int32]:
        """(g,) first of the members' days (n,), −1 being never."""
        never = np.iinfo(np.int32).max
        first = np.full(len(self.labels), never, np.int32)
        known = days[self.firm] >= 0
        np.minimum.at(first, self.group[known], days[self.firm][known].astype(np.int32))
        return np.where(first == never, -1, first).astype(np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class GroupPaths:
    """What becomes of g groups in one run."""

    labels: tuple[str, ...]  #: (g,)
    output: Floats  #: (days, g) daily output, share of the undisturbed; 1 for a group that makes nothing
    lowest: Floats  #: (g,) lowest of these
    first_stopped_day: NDArray[np.int32]  #: (g,) first day on which a member stops, −1 if none ever does
    stopped: NDArray[np.int64]  #: (g,) members that stop at some time
    firms: NDArray[np.int64]  #: (g,) members
    value_added_lost: Floats  #: (g,) currency, over the run


@dataclass(frozen=True, slots=True, eq=False)
class GroupBands:
    """What becomes of g groups over several runs: 10th, 50th and 90th percentile."""

    labels: tuple[str, ...]  #: (g,)
    output: Floats  #: (3, days, g)
    value_added_lost: Floats  #: (3, g) currency
    first_stopped_day: NDArray[
        np.int32
    ]  #: (g,) median; −1 where no member stops in more than half of the runs
    stops: Floats  #: (g,) share of the runs in which a member stops


def bands(runs: list[GroupPaths]) -> GroupBands:
    """Percentiles over runs; groups are matched by name, and one that a run lacks counts in the others only.

    Args:
        runs: at least one, equally long.
    """
    labels = tuple(dict.fromkeys(label for run in runs for label in run.labels))
    at = {label: k for k, label in enumerate(labels)}
    days = len(runs[0].output)
    output = np.full((len(runs), days, len(labels)), np.nan)
    lost = np.full((len(runs), len(labels)), np.nan)
    first = np.full((len(runs), len(labels)), np.nan)
    for r, run in enumerate(runs):
        columns = [at[label] for label in run.labels]
        output[r][:, columns] = run.output
        lost[r, columns] = run.value_added_lost
        # Never comes after all days, so that the median is a day where half of the runs have one.
        first[r, columns] = np.where(run.first_stopped_day < 0, days, run.first_stopped_day)
    middle = np.nanpercentile(first, 50, axis=0, method="lower")
    return GroupBands(
        labels=labels,
        output=np.nanpercentile(output, [10, 50, 90], axis=0),
        value_added_lost=np.nanpercentile(lost, [10, 50, 90], axis=0),
        first_stopped_day=np.where(middle < days, middle, -1).astype(np.int32),
        stops=(first < days).sum(axis=0) / (~np.isnan(first)).sum(axis=0),
    )


def read_groups(path: Path, firm_ids: tuple[str, ...]) -> dict[str, Groups]:
    """Groupings of a table: a first column of firms, and one column for each way of grouping them.

    Several groups of a firm are several rows or are parted by ``;``; an empty cell is none.

    Raises:
        FileFormatError: no such table.
        UnknownNameError: a firm that the network does not have.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            head = stream.readline()
            stream.seek(0)
            rows = [row for row in csv.reader(stream, delimiter="\t" if "\t" in head else ",") if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileFormatError(
            Text(f"{path.name} 无法读作表格", f"{path.name} cannot be read as a table: {error}"),
            details={"file": str(path)},
        ) from None
    if len(rows) < 2 or len(rows[0]) < 2 or any(len(row) != len(rows[0]) for row in rows):
        raise FileFormatError(
            Text(
                f"{path.name} 应有一列企业和至少一列分组，每行同宽",
                f"{path.name} needs a column of firms and at least one of groups, and rows of one width",
            ),
            details={"file": str(path)},
        )
    place = {name: k for k, name in enumerate(firm_ids)}
    for line, row in enumerate(rows[1:], 2):
        if row[0].strip() not in place:
            raise UnknownNameError(
                Text(f"企业（{path.name} 第 {line} 行）", f"firm ({path.name}, line {line})"), row[0].strip()
            )
    found = {}
    for column, name in enumerate(rows[0][1:], 1):
        pairs = {
            (place[row[0].strip()], label.strip())
            for row in rows[1:]
            for label in row[column].split(";")
            if label.strip()
        }
        labels = tuple(sorted({label for _, label in pairs}))
        number = {label: k for k, label in enumerate(labels)}
        listed = np.array(sorted((firm, number[label]) for firm, label in pairs), np.int64).reshape(-1, 2)
        found[name.strip()] = Groups(labels, listed[:, 0], listed[:, 1])
    return found
