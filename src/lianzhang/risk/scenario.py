"""Scenarios of daily shocks: who is hit, from which day, how deep, how it recovers; and how they are written in a file."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from lianzhang.errors import FileFormatError, UnknownNameError
from lianzhang.i18n import Text

StockDraw = Literal["equal", "poisson", "poisson by input"]


@dataclass(frozen=True, slots=True)
class Event:
    """What happens to some firms: from `start_day` on, `depth` of capacity (or final demand) is lost."""

    firms: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    on: Literal["capacity", "demand"] = "capacity"
    start_day: int = 0
    duration_days: int = 1
    depth: float = 1.0
    recovery: Literal["at once", "linear", "exponential"] = "at once"
    recovery_days: float = 0.0

    def left(self, day: int) -> float:
        """Share left on a day; exponential recovery closes 95 % of the gap in `recovery_days`."""
        since = day - self.start_day
        if since < 0:
            return 1.0
        if since < self.duration_days:
            return 1.0 - self.depth
        after = since - self.duration_days + 1
        if self.recovery == "linear" and self.recovery_days > 0:
            return 1.0 - self.depth * max(0.0, 1.0 - after / self.recovery_days)
        if self.recovery == "exponential" and self.recovery_days > 0:
            return 1.0 - self.depth * float(np.exp(-3.0 * after / self.recovery_days))
        return 1.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """Events and the behaviour of stocks. Days are calendar days; day 0 is the first simulated one."""

    name: str
    events: tuple[Event, ...]
    days: int = 180
    stock_days: float = 10.0  #: n, mean days of each input in stock
    #: The same for all, or drawn from a Poisson distribution of this mean, at least one day: for each firm, as Inoue & Todo
    #: (2019) do, or for each input of each firm.
    stock_draw: StockDraw = "equal"
    orders: Literal["firm", "ario"] = "firm"  #: rule of Inoue & Todo (2019) or of ARIO (Hallegatte 2014)
    restock_days: float = 6.0  #: τ
    shortage_threshold: float = 0.0  #: ψ of the kernel
    firms_first: bool = False  #: firms' orders before final users'


def read_scenario(path: Path) -> Scenario:
    """Read a scenario from TOML or JSON.

    Raises:
        FileFormatError: the file is neither, or a field is unknown or out of range.
    """
    try:
        raw = path.read_bytes()
        data = json.loads(raw) if path.suffix.lower() == ".json" else tomllib.loads(raw.decode("utf-8"))
    except FileNotFoundError:
        raise _bad(path, "不存在", "does not exist") from None
    except (json.JSONDecodeError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _bad(path, "既不是 TOML 也不是 JSON", f"is neither TOML nor JSON: {error}") from None
    if not isinstance(data, dict):
        raise _bad(path, "应为一张表", "should be a table of settings")
    events = data.pop("event", [])
    if not isinstance(events, list) or not events:
        raise _bad(path, "没有 [[event]]", "has no [[event]]")
    return Scenario(
        events=tuple(_event(path, k, item) for k, item in enumerate(events, start=1)),
        **_fields(path, "", data, _SCENARIO_FIELDS),
    )


_SCENARIO_FIELDS: Mapping[str, tuple[type | tuple[type, ...], Callable[[Any], bool]]] = {
    "name": (str, lambda v: bool(v)),
    "days": (int, lambda v: v > 0),
    "stock_days": ((int, float), lambda v: v > 0),
    "stock_draw": (str, lambda v: v in get_args(StockDraw)),
    "orders": (str, lambda v: v in ("firm", "ario")),
    "restock_days": ((int, float), lambda v: v >= 1),
    "shortage_threshold": ((int, float), lambda v: 0 <= v < 1),
    "firms_first": (bool, lambda v: True),
}
_EVENT_FIELDS: Mapping[str, tuple[type | tuple[type, ...], Callable[[Any], bool]]] = {
    "firms": (list, lambda v: all(isinstance(x, str | int) for x in v)),
    "sectors": (list, lambda v: all(isinstance(x, str) for x in v)),
    "on": (str, lambda v: v in ("capacity", "demand")),
    "start_day": (int, lambda v: v >= 0),
    "duration_days": (int, lambda v: v >= 0),
    "depth": ((int, float), lambda v: 0 <= v <= 1),
    "recovery": (str, lambda v: v in ("at once", "linear", "exponential")),
    "recovery_days": ((int, float), lambda v: v >= 0),
}


def _event(path: Path, number: int, item: object) -> Event:
    if not isinstance(item, dict):
        raise _bad(path, f"第 {number} 个 event 不是表", f"event {number} is not a table")
    values = _fields(path, f"event {number}: ", item, _EVENT_FIELDS)
    for key in ("firms", "sectors"):
        values[key] = tuple(str(v) for v in values.get(key, ()))
    if not values["firms"] and not values["sectors"]:
        raise _bad(
            path, f"第 {number} 个 event 没有企业也没有部门", f"event {number} names no firm and no sector"
        )
    return Event(**values)


def _fields(
    path: Path,
    where: str,
    data: Mapping[str, Any],
    known: Mapping[str, tuple[type | tuple[type, ...], Callable[[Any], bool]]],
) -> dict[str, Any]:
    if where == "" and "name" not in data:
        data = {"name": path.stem} | dict(data)
    for key, value in data.items():
        if key not in known:
            raise UnknownNameError(Text(f"设置（{path.name}）", f"setting ({path.name})"), key, known)
        kind, fits = known[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool) or not fits(value):
            raise _bad(path, f"{where}{key} = {value!r} 不可用", f"{where}{key} = {value!r} is not usable")
    return dict(data)


def _bad(path: Path, zh: str, en: str) -> FileFormatError:
    return FileFormatError(
        Text(f"{path.name} {zh}", f"{path.name} {en}"),
        hint=Text("写法见“逐日冲击”一页", "the page on shocks shows how it is written"),
        details={"file": str(path)},
    )
