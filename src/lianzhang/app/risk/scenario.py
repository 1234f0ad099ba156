"""A shock as a value: who, from which day, how many days, how deep, how it recovers, what is in stock.

Checked when it is read, and written into addresses so that a run can be sent to a colleague.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from lianzhang.errors import InputError, UnknownNameError
from lianzhang.i18n import Text

Kind = Literal["node", "region", "sector", "cluster", "firm", "largest", "inflow"]
Recovery = Literal["at once", "linear", "exponential"]
StockDraw = Literal["poisson", "equal"]
KINDS: tuple[Kind, ...] = get_args(Kind)
KIND_TEXT: Mapping[Kind, Text] = {
    "node": Text("链节点", "chain node"),
    "region": Text("区县", "district"),
    "sector": Text("部门", "sector"),
    "cluster": Text("集群", "cluster"),
    "firm": Text("企业", "firm"),
    "largest": Text("最大的几家", "largest firms"),
    "inflow": Text("外地来货", "inflow"),
}

#: Days simulated after the end of the recovery.
AFTERMATH = 30
#: Mean days of each input in stock, drawn per firm from a Poisson distribution (Inoue & Todo 2019: 9 to 15).
STOCK_DAYS = 10.0
#: Longest that a shock is followed, days from its first.
LONGEST = 760
#: Most networks.
MOST_DRAWS = 10
#: Most who fail together in one scenario.
MOST_WHO = 50


@dataclass(frozen=True, slots=True)
class Who:
    """One part of who fails: a kind and an id; ``firms`` says how many of the largest, with kind ``largest`` only."""

    kind: Kind
    id: str
    firms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A shock to a region's network. Days are days of the simulation, from 0; shares are of the undisturbed.

    ``depth`` is the share of capacity that is lost, ``within`` limits who fails to some districts, ``horizon`` is how
    many days are followed from the first day of the shock on (None: `AFTERMATH` days beyond the recovery), ``draws`` how
    many reconstructed networks.
    """

    name: str
    who: tuple[Who, ...]
    within: tuple[str, ...] = ()
    first_day: int = 5
    days: int = 30
    depth: float = 1.0
    recovery: Recovery = "linear"
    recovery_days: int = 5
    stock_days: float = STOCK_DAYS
    stock_draw: StockDraw = "poisson"
    horizon: int | None = None
    draws: int = 3

    def __post_init__(self) -> None:
        for name, fits, wanted in _RULES:
            value = getattr(self, name)
            if not fits(value):
                raise _wrong(name, value, wanted)
        if not self.who:
            raise InputError(
                Text("情景没有说明谁受冲击", "the scenario does not say who is hit"),
                hint=Text(
                    "在 who 中给出节点、区县、部门、集群或企业",
                    "name nodes, districts, sectors, clusters or firms under who",
                ),
                details={"field": "who"},
            )
        if len(self.who) > MOST_WHO:
            raise _wrong("who", len(self.who), Text(f"至多 {MOST_WHO} 个", f"at most {MOST_WHO}"))
        for one in self.who:
            _check_who(one)

    @property
    def simulated(self) -> int:
        """Days that are simulated."""
        followed = self.days + self.recovery_days + AFTERMATH if self.horizon is None else self.horizon
        return self.first_day + followed

    def plain(self) -> dict[str, Any]:
        """As JSON knows it; :func:`read` gives the scenario back."""
        return {**asdict(self), "who": [asdict(w) for w in self.who], "within": list(self.within)}


def read(data: Mapping[str, Any]) -> Scenario:
    """A scenario from JSON or TOML values.

    Raises:
        UnknownNameError: a setting has no such name.
        InputError: a value is missing, of the wrong kind or out of range; the message names the setting.
    """
    known = {f.name: f for f in fields(Scenario)}
    for name in data:
        if name not in known:
            raise UnknownNameError(Text("情景的设置", "setting of a scenario"), name, known)
    for name in ("name", "who"):
        if name not in data:
            raise InputError(Text(f"情景缺少 {name}", f"the scenario has no {name}"), details={"field": name})
    given = dict(data)
    who, within = given.pop("who"), given.pop("within", ())
    if not isinstance(who, list | tuple):
        raise _wrong("who", who, Text("应为一列", "a list"))
    if not isinstance(within, list | tuple) or not all(isinstance(d, str) for d in within):
        raise _wrong("within", within, Text("应为一列区县编号", "a list of district ids"))
    for name in ("depth", "stock_days"):
        if isinstance(given.get(name), int) and not isinstance(given[name], bool):
            given[name] = float(given[name])
    return Scenario(who=tuple(_who(w) for w in who), within=tuple(within), **given)


def to_query(scenario: Scenario) -> list[tuple[str, str]]:
    """The scenario as parameters of an address; what is as by default is left out."""
    found = [("name", scenario.name)]
    found += [
        ("who", f"{w.kind}:{w.id}" + (f":{w.firms}" if w.firms is not None else "")) for w in scenario.who
    ]
    found += [("within", district) for district in scenario.within]
    for f in fields(Scenario):
        value = getattr(scenario, f.name)
        if f.name not in ("name", "who", "within") and value != f.default:
            found.append((f.name, f"{value:g}" if isinstance(value, float) else str(value)))
    return found


def from_query(pairs: Iterable[tuple[str, str]]) -> Scenario | None:
    """The scenario that an address names; None where it names nobody who fails. Other parameters are passed over.

    Raises:
        InputError: a value cannot be read or is out of range.
    """
    given: dict[str, Any] = {"who": [], "within": []}
    for name, text in pairs:
        if name == "who" and text:
            kind, _, rest = text.partition(":")
            count: str | None = None
            if kind == "largest":
                rest, _, count = rest.rpartition(":")
            given["who"].append({"kind": kind, "id": rest, "firms": _number("who", count, int)})
        elif name == "within" and text:
            given["within"].append(text)
        elif name in _NUMBERS and text:
            given[name] = _number(name, text, _NUMBERS[name])
        elif name in ("name", "recovery", "stock_draw") and text:
            given[name] = text
    if not given["who"]:
        return None
    given.setdefault("name", "; ".join(w["id"] for w in given["who"])[:200])
    return read(given)


_NUMBERS: Mapping[str, Callable[[str], float]] = {
    "first_day": int,
    "days": int,
    "depth": float,
    "recovery_days": int,
    "stock_days": float,
    "horizon": int,
    "draws": int,
}


def _number(name: str, text: str | None, kind: Callable[[str], float]) -> float | None:
    if text is None:
        return None
    try:
        return kind(text)
    except ValueError:
        raise _wrong(name, text, Text("应为数", "a number")) from None


def _who(item: object) -> Who:
    if (
        not isinstance(item, Mapping)
        or set(item) - {"kind", "id", "firms"}
        or not {"kind", "id"} <= set(item)
    ):
        raise _wrong("who", item, Text("每项为 kind 与 id", "a kind and an id each"))
    return Who(item["kind"], item["id"], item.get("firms"))


def _check_who(one: Who) -> None:
    if one.kind not in KINDS:
        raise UnknownNameError(
            Text("受冲击者的种类（who.kind）", "kind of who is hit (who.kind)"), str(one.kind), KINDS
        )
    if not isinstance(one.id, str) or not 1 <= len(one.id) <= 200:
        raise _wrong("who.id", one.id, Text("应为编号", "an id"))
    if (one.kind == "largest") != (one.firms is not None):
        raise _wrong(
            "who.firms",
            one.firms,
            Text("只与 largest 连用，且必须给出", "goes with kind largest, and only with it"),
        )
    if one.firms is not None and not (_whole(one.firms) and 1 <= one.firms <= 10_000):
        raise _wrong("who.firms", one.firms, Text("应为 1 到 10000", "1 to 10,000"))


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _real(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


_RULES: tuple[tuple[str, Callable[[Any], bool], Text], ...] = (
    (
        "name",
        lambda v: isinstance(v, str) and 1 <= len(v) <= 200 and not v.isspace(),
        Text("应为 1 到 200 个字", "1 to 200 characters"),
    ),
    (
        "first_day",
        lambda v: _whole(v) and 0 <= v <= 365,
        Text("应为 0 到 365 的整数", "a whole number, 0 to 365"),
    ),
    ("days", lambda v: _whole(v) and 1 <= v <= 365, Text("应为 1 到 365 的整数", "a whole number, 1 to 365")),
    ("depth", lambda v: _real(v) and 0 < v <= 1, Text("应大于 0，至多为 1", "more than 0 and at most 1")),
    (
        "recovery",
        lambda v: v in get_args(Recovery),
        Text("应为 at once、linear 或 exponential", "at once, linear or exponential"),
    ),
    (
        "recovery_days",
        lambda v: _whole(v) and 0 <= v <= 365,
        Text("应为 0 到 365 的整数", "a whole number, 0 to 365"),
    ),
    ("stock_days", lambda v: _real(v) and 1 <= v <= 365, Text("应为 1 到 365", "1 to 365")),
    ("stock_draw", lambda v: v in get_args(StockDraw), Text("应为 poisson 或 equal", "poisson or equal")),
    (
        "horizon",
        lambda v: v is None or (_whole(v) and 1 <= v <= LONGEST),
        Text(f"应为 1 到 {LONGEST} 的整数，或不给", f"a whole number, 1 to {LONGEST}, or left out"),
    ),
    (
        "draws",
        lambda v: _whole(v) and 1 <= v <= MOST_DRAWS,
        Text(f"应为 1 到 {MOST_DRAWS} 的整数", f"a whole number, 1 to {MOST_DRAWS}"),
    ),
)


def _wrong(name: str, value: object, wanted: Text) -> InputError:
    shown = repr(value)[:80]
    return InputError(
        Text(f"情景的 {name} = {shown} 不可用", f"the scenario's {name} = {shown} is not usable"),
        hint=Text(f"{name}：{wanted.zh}", f"{name}: {wanted.en}"),
        details={"field": name},
    )
