"""Registered capital from free text: "800万人民币", "10,683.2000(万)", "352(万人民币元)", "2.5億元", "美元12.5万元",
"壹佰贰拾万零伍佰元整" …

An amount is a number in Arabic or Chinese numerals (simplified, traditional, formal) with its scale, before it words, after it
nothing but a scale, a currency, 元整, 角分, or a remark behind a mark of punctuation. Everything else is not read, and the
reading says why: silence is cheaper than a wrong amount. Amounts are given in the unit of their currency; whether and at what
rate a foreign amount becomes yuan is the caller's decision, because rates have dates.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

_FAST = re.compile(
    r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?:\((?:万|万元|万元人民币|万人民币元?)\)|万(?:元(?:人民币|整)?|人民币元?)?)",
    re.ASCII,
)
#: Traditional and variant characters of amounts and currencies.
_VARIANTS = str.maketrans(
    "億萬圓圆貳弍叄參陸幣港臺歐韓馬國蘭資註冊羅紐產額門鎊",
    "亿万元元贰贰叁叁陆币港台欧韩马国兰资注册罗纽产额门镑",
)
#: Currencies, longest word first where one stands in another ("新加坡元" before "加元").
_CURRENCY_WORDS = (
    ("CNY", "人民币元|人民币|renminbi|rmb|cny|yuan|¥"),
    ("HKD", "香港元|港币|港元|港|hong kong dollars?|hkd|hk\\$"),
    ("MOP", "澳门元|澳门币|葡币|mop"),
    ("USD", "美国元|美元|美金|us dollars?|usd|us\\$"),
    ("EUR", "欧元|euros?|eur|€"),
    ("JPY", "日本元|日元|日币|japanese yen|yen|jpy"),
    ("GBP", "英镑|pounds? sterling|gbp|£"),
    ("SGD", "新加坡元|新加坡币|坡币|坡元|新元|singapore dollars?|sgd|s\\$"),
    ("TWD", "新台币|台币|台湾元|new taiwan dollars?|twd|ntd|nt\\$"),
    ("KRW", "韩国元|韩元|韩币|韩圜|won|krw|₩"),
    ("AUD", "澳大利亚元|澳元|澳币|australian dollars?|aud|au\\$|a\\$"),
    ("NZD", "新西兰元|纽元|nzd|nz\\$"),
    ("CAD", "加拿大元|加拿大币|加元|加币|canadian dollars?|cad|ca\\$|c\\$"),
    ("CHF", "瑞士法郎|瑞郎|swiss francs?|chf"),
    ("FRF", "法国法郎|frf"),
    ("BEF", "比利时法郎|bef"),
    ("DEM", "德国马克|西德马克|马克|dem"),
    ("SEK", "瑞典克朗|sek"),
    ("DKK", "丹麦克朗|dkk"),
    ("NOK", "挪威克朗|nok"),
    ("NLG", "荷兰盾|nlg"),
    ("RUB", "俄罗斯卢布|卢布|rub"),
    ("THB", "泰国铢|泰铢|thb"),
    ("MYR", "马来西亚林吉特|马来西亚元|林吉特|myr"),
    ("INR", "印度卢比|inr"),
)  # fmt: skip
_CODES = tuple(code for code, _ in _CURRENCY_WORDS)
_CURRENCY = re.compile("|".join(f"(?P<{code}>{words})" for code, words in _CURRENCY_WORDS))
#: Numbers of ISO 4217, as standard registry tables have them.
CURRENCY_NUMBERS = {
    "156": "CNY", "344": "HKD", "446": "MOP", "840": "USD", "978": "EUR", "392": "JPY", "826": "GBP", "702": "SGD",
    "901": "TWD", "410": "KRW", "036": "AUD", "36": "AUD", "554": "NZD", "124": "CAD", "756": "CHF", "752": "SEK",
    "208": "DKK", "578": "NOK", "643": "RUB", "764": "THB", "458": "MYR", "356": "INR",
}  # fmt: skip
_DIGITS = {
    c: v
    for v, pair in enumerate(
        ("零〇○", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for c in pair
}
_STEPS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}
_SCALES = "十拾百佰千仟万亿"
_NUMERALS = "".join(_DIGITS)
_ARABIC = r"\d[\d,']*(?:\.\d+)?(?:e[+-]?\d+)?"
_NUMBER = re.compile(rf"(?:{_ARABIC}|[{_NUMERALS}{_SCALES}])(?:{_ARABIC}|[{_NUMERALS}{_SCALES}])*")
_TOKEN = re.compile(rf"{_ARABIC}|[{_NUMERALS}{_SCALES}]")
_GROUPED = re.compile(r"\d{1,3}(?:[,']\d{3})+(?:\.\d+)?|\d{1,4}(?:,\d{4})+(?:\.\d+)?")
_SPACED = re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?![\d,])")
_ENGLISH_SCALES = re.compile(r"\s*(thousand|million|billion|mn|bn|mln)(?![a-z])")
_ENGLISH = {"thousand": 3, "million": 6, "mn": 6, "mln": 6, "billion": 9, "bn": 9}
_SIGN = re.compile(r"[-−‐–负負]\s*(?:[¥€£$]|rmb|人民币|美元|港币)?\s*$")
#: What bookkeepers write for a negative number.
_ACCOUNTANT = re.compile(r"\([\d,.]+\)")
_UNIT = re.compile(r"[\s()\[\]{}【】]*(元|块|整|正)")
_SMALL_MONEY = re.compile(rf"([{_NUMERALS}\d])角(?:([{_NUMERALS}\d])分)?|([{_NUMERALS}\d])分")
_BRACKETS = re.compile(r"[\s()\[\]{}【】]+")
_SCALE = re.compile(rf"[{_SCALES}]+")
_REMARK = re.compile(r"[,;:。、/(\[{【，；：\s.]")
_LONGEST = 200


class Capital(NamedTuple):
    """An amount in the unit of its currency (ISO 4217)."""

    amount: float
    currency: str

    @property
    def cny(self) -> float | None:
        """The amount in yuan, None for a foreign currency."""
        return self.amount if self.currency == "CNY" else None


class CapitalReading(NamedTuple):
    """An amount as read. ``fault``: why there is none, blank if it was read: ``unreadable``, ``ambiguous`` (more than one
    amount could be meant), ``negative``, ``currency`` (not told which, or two)."""

    capital: Capital | None
    fault: str = ""


class _FaultError(ValueError):
    """Why a text is not read."""


def chinese_integer(text: str) -> int | None:
    """Integer of Chinese numerals below ten thousand ("叁仟零伍" → 3005), None if it is none."""
    total, digit = 0, None
    for char in text:
        if char in _DIGITS:
            if digit is not None and digit != 0:
                return None
            digit = _DIGITS[char]
        elif char in _STEPS:
            total += (1 if digit is None or digit == 0 else digit) * _STEPS[char]
            digit = None
        else:
            return None
    return total + (digit or 0) if text else None


def parse_capital(text: str) -> Capital | None:
    """Amount and currency of a free text, None where it states no amount ("N/A", "-", "无").

    Without a word for the currency an amount is in yuan. The scale may stand anywhere after the number, brackets and
    the currency's name between them.
    """
    return read_capital(text).capital


def currency_of(text: str) -> str | None:
    """ISO 4217 code of a currency's name, code or number; None if it is none."""
    plain = _plain(text)
    found = _CURRENCY.fullmatch(plain)
    if found:
        return found.lastgroup
    return CURRENCY_NUMBERS.get(plain) or ("CNY" if plain in ("元", "人民币元(元)") else None)


@lru_cache(maxsize=65_536)
def read_capital(text: str) -> CapitalReading:
    """Amount and currency of a free text and, where it cannot be read, why."""
    fast = _FAST.fullmatch(text)
    if fast:
        value = Decimal(fast[1].replace(",", "") + (fast[2] or "")) * 10_000
        return CapitalReading(Capital(float(value), "CNY"))
    try:
        return CapitalReading(_read(_plain(text)))
    except _FaultError as fault:
        return CapitalReading(None, str(fault))


def _plain(text: str) -> str:
    """Half width, simplified, lower case, one blank at a time; blanks that part thousands closed up."""
    half = " ".join(unicodedata.normalize("NFKC", text[:_LONGEST]).translate(_VARIANTS).lower().split())
    return _SPACED.sub(lambda found: found[0].replace(" ", ""), half)


def _read(text: str) -> Capital | None:
    if not text or not any(char.isalnum() for char in text):
        return None
    if _ACCOUNTANT.fullmatch(text):
        raise _FaultError("ambiguous")
    # Words of a currency hold no amount ("百" of none of them), but would part the number from its scale.
    codes = {found.lastgroup or "" for found in _CURRENCY.finditer(text)}
    bare = _CURRENCY.sub(" ", text)
    if "$" in bare or "dollar" in bare or "法郎" in bare or "克朗" in bare or len(codes) > 1:
        raise _FaultError("currency")
    amounts: list[Decimal] = []
    place = 0
    while found := _next(bare, place):
        if _SIGN.search(bare[: found.start()]) or (not amounts and _SIGN.search(text.split(found[0])[0])):
            raise _FaultError("ambiguous" if amounts else "negative")
        amount, place = _amount(bare, found)
        amounts.append(amount)
    if not amounts:
        raise _FaultError("unreadable")
    if any(amount != amounts[0] for amount in amounts):
        raise _FaultError("ambiguous")
    if not amounts[0] < Decimal(10) ** 15:
        raise _FaultError("unreadable")
    return Capital(float(amounts[0]), next(iter(codes), "CNY"))


def _next(text: str, place: int) -> re.Match[str] | None:
    """The next number; Chinese numerals within words ("万某") are none unless they are all there is or money follows."""
    for found in _NUMBER.finditer(text, place):
        if any(char.isdigit() and char.isascii() for char in found[0]):
            return found
        money = _UNIT.match(text, found.end()) or _SMALL_MONEY.match(text, found.end() - 1)
        alone = not any(c.isalnum() for c in text[: found.start()] + text[found.end() :])
        if (money or alone) and any(char in _DIGITS or char in "十拾百佰" for char in found[0]):
            return found
        if (
            place == 0
            and len(found[0]) > 1
            and any(c in _MYRIADS for c in found[0])
            and found[0][0] in _DIGITS
        ):
            return found
    return None


def _amount(text: str, found: re.Match[str]) -> tuple[Decimal, int]:
    """One amount and where the text goes on."""
    end = found.end()
    tokens = _TOKEN.findall(found[0])
    # The digit before 角 or 分 is no yuan: "伍角".
    small = _SMALL_MONEY.match(text, end - 1)
    if small and tokens[-1] in _DIGITS:
        tokens, end = tokens[:-1], end - 1
    money = _UNIT.match(text, end)
    value = _value(tokens, named=money is not None) if tokens else Decimal(0)
    end = _skip(text, end)
    english = _ENGLISH_SCALES.match(text, end)
    if english:
        value, end = value.scaleb(_ENGLISH[english[1]]), english.end()
    scale = _SCALE.match(text, end)
    if scale and tokens[-1] not in _SCALES and not english:
        for char in scale[0]:
            value *= _STEPS.get(char) or _MYRIADS[char]
        end = _skip(text, scale.end())
    while small or (small := _SMALL_MONEY.match(text, end)):
        for digit, share in ((small[1], "0.1"), (small[2], "0.01"), (small[3], "0.01")):
            value += Decimal(
                _DIGITS.get(digit or "", int(digit) if digit and digit.isdigit() else 0)
            ) * Decimal(share)
        end, small = _skip(text, small.end()), None
    if end < len(text) and not _REMARK.match(text, end) and not _REMARK.match(text, end - 1):
        raise _FaultError("unreadable")
    if re.match(r"\s*%", text[end:]) or re.match(r"\s*[-~至到]\s*\d", text[end:]):
        raise _FaultError("ambiguous" if "%" not in text[end : end + 3] else "unreadable")
    return value, end


def _skip(text: str, place: int) -> int:
    """Past brackets, 元 and 整."""
    while place < len(text):
        step = _UNIT.match(text, place) or _BRACKETS.match(text, place)
        if not step:
            break
        place = step.end()
    return place


def _value(tokens: list[str], *, named: bool) -> Decimal:
    """Value of a number in mixed numerals: (((digit·step)+…)·万 + …)·亿 + ….

    Args:
        tokens: Arabic numbers, digits, steps (十百千) and myriads (万亿).
        named: whether 元 follows, so that a last digit counts yuan.

    Raises:
        _FaultError: scales in no order that a number has, or a last digit that may be short for a step ("三万五").
    """
    total = section = Decimal(0)
    number: Decimal | None = None
    last_step: int | None = None
    zero = False
    previous = ""
    for token in tokens:
        if token in _MYRIADS:
            scale = _MYRIADS[token]
            section += number or 0
            if token == "亿":
                if total >= 10**8 or not (total + section):
                    raise _FaultError("unreadable")
                total, section = (total + section) * scale, Decimal(0)
            else:
                if not section or (total and section >= 10_000) or total % 10**8:
                    raise _FaultError("unreadable")
                total, section = total + section * scale, Decimal(0)
            number, last_step, zero = None, scale, False
        elif token in _STEPS:
            step = _STEPS[token]
            if number == 0:
                number = None
            if last_step is not None and last_step in (10, 100, 1000) and step >= last_step:
                # "5百万" and "3千万" multiply; "百千" does not exist.
                raise _FaultError("unreadable")
            section += (Decimal(1) if number is None else number) * step
            number, last_step, zero = None, step, False
        elif token in _DIGITS:
            digit = _DIGITS[token]
            if previous in _DIGITS and number is not None and not (number == 0 and previous in "零〇○"):
                number = number * 10 + digit
            elif previous in _DIGITS and number == 0 and digit:
                number = Decimal(digit)
            elif number is not None:
                raise _FaultError("unreadable")
            else:
                number = Decimal(digit)
            zero = zero or digit == 0
        else:
            if number is not None and number != 0:
                raise _FaultError("unreadable")
            number = _arabic(token)
            zero = zero or token.startswith("0")
        previous = token
    if number and last_step is not None and last_step > 10 and not zero:
        size = len(str(int(number)))
        filled = size == len(str(last_step)) - 1
        if not filled and (size == 1 or not named or previous in _DIGITS):
            raise _FaultError("ambiguous")
    if total >= 10**8 and total % 10**8 == 0 and section >= 1000 and not (named or zero):
        raise _FaultError("ambiguous")  # "一亿五千": thousands, or ten millions
    return total + section + (number or 0)


def _arabic(token: str) -> Decimal:
    """An Arabic number, thousands (or myriads) parted by commas.

    Raises:
        _FaultError: commas elsewhere ("5,5").
    """
    mantissa, _, power = token.partition("e")
    if ("," in mantissa or "'" in mantissa) and not _GROUPED.fullmatch(mantissa.rstrip(",'")):
        raise _FaultError("ambiguous")
    try:
        number = Decimal(mantissa.replace(",", "").replace("'", ""))
    except InvalidOperation:
        raise _FaultError("unreadable") from None
    if power and abs(int(power)) > 20:
        raise _FaultError("unreadable")
    return number.scaleb(int(power)) if power else number
