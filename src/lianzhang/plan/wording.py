"""Values and periods of statements as people write them."""

from __future__ import annotations

from lianzhang.plan.model import Statement

_SIGN = {"=": "", "level": "~ level ", "milestone": "", "range": ""}
_SCALES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_MONEY = frozenset(
    [
        "yuan",
        "USD",
        "EUR",
        "GBP",
        "JPY",
        "KRW",
        "HKD",
        "TWD",
        "INR",
        "IDR",
        "MYR",
        "THB",
        "VND",
        "PHP",
        "SGD",
        "AUD",
        "CAD",
        "BRL",
        "ZAR",
        "RUB",
    ]
)


def number(value: float, unit: str = "") -> str:
    """A number with thousands separators, money in the largest scale word that keeps it above one."""
    if unit.split("/")[0] in _MONEY:
        for scale, word in _SCALES:
            if abs(value) >= scale:
                return f"{value / scale:,.4g} {word}"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.6g}"


def amount(statement: Statement) -> str:
    """Comparator, value and unit, ``> 100 billion yuan``; a lost number says so."""
    unit = statement.unit
    if statement.comparator == "range" and statement.lower is not None and statement.upper is not None:
        return f"{number(statement.lower, unit)}–{number(statement.upper, unit)} {unit}".strip()
    if statement.value is None:
        return f"({statement.null_reason}) {unit}".strip()
    sign = _SIGN.get(statement.comparator, f"{statement.comparator} ")
    if unit == "%":
        return f"{sign}{number(statement.value)}%"
    return f"{sign}{number(statement.value, unit)} {unit}".strip()


def period(statement: Statement) -> str:
    """The period, or the deadline with ≤ before it for targets."""
    if not statement.period_end:
        return ""
    if statement.period_start and statement.period_start != statement.period_end:
        return f"{statement.period_start}–{statement.period_end}"
    return f"≤ {statement.period_end}" if statement.kind == "target" else statement.period_end
