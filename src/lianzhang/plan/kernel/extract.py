"""One document's text in, its statements out."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from lianzhang.plan.kernel import dates, decide, frames, indicator, quantities_en, quantities_zh
from lianzhang.plan.kernel.masks import boilerplate, mask
from lianzhang.plan.kernel.merge import merge
from lianzhang.plan.kernel.quantities import Quantity
from lianzhang.plan.kernel.text import Lines, Sentence, normalise, sentences
from lianzhang.plan.kernel.when import decide_when
from lianzhang.plan.model import Place, Statement

_WORTH = re.compile(
    r"\d|[一二两三四五六七八九十百千](?:[万亿家个项座条成番]|多家|余家|分之)|万亿|翻番|百分之|亿元级|[数上几][十百千万亿]|第[一二三四五六七八九十]|前[一二三四五六七八九十]|首位|榜首|倍增|十[一二三四五六]五"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|fifty|dozens?|hundreds?|thousands?|millions?|billions?|trillion|half|third|thirds|quarters?|first|second|doubl\w+|tripl\w+|fold|top|rank\w*|currently|year|Five-Year)\b",
    re.IGNORECASE,
)
_CLAUSE = {"zh": re.compile(r"[，；;：:。]|,(?!\d{3})|——"), "en": re.compile(r",(?!\d{3})|[;:]|–\s|\s-\s|——")}
_HEADLINE = re.compile(
    r"^[\s“\"]*(?P<num>\d[\d,.]*)\s*(?P<rest>%|(?:trillion|billion|million)?\s*(?:yuan|times|vehicles|units)?|万?亿?(?:元|家|个|辆|倍|项)?)\s*[”\"]?$",
    re.IGNORECASE,
)
_RESPECTIVELY = {"zh": re.compile("分别"), "en": re.compile(r"\brespectively\b", re.IGNORECASE)}
_LIST_GAP = re.compile(
    r"^[\s,，、和及与以]*(?:and|to)?[\s]*(?:(?:about|over|more than|约|近|超过|超)\s*)?$|^[^\d，。；,;]{0,14}[、和及与]\s*$",
    re.IGNORECASE,
)
_LOST = re.compile(r"(?<![\d\w%)）”\"’零一二三四五六七八九十])\s*(?P<sign>%)(?=\s*[,，;；。.、])")
_COUNTED_ZH = re.compile(
    r"(?:元|元级|级|亿)?\s*(?:及?以上|以下|级|规模)?的?[^，。；、,;\d]{0,14}?(?P<noun>企业|集群|园区|项目|公司|集团|区县|开发区|县|基地|车企|品牌|平台|产业链|产业)"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]{4}|\byuan\b|\bRMB\b|\bChina\b|\bChinese\b|\bChongqing\b")
_SUBJECT_ZH = re.compile(r"[^，。；、,;]{0,8}(?:产值|收入|营收|规模|销售额?|利润|税收|估值|市值)[^，。；、,;]{0,4}(?:超过?|突破|达到?|过|在|高于)\s*$")
_RELATIVE_EN = re.compile(r"\b(?:whose|of which|each with|that have|which have)\b[^,;]*$", re.IGNORECASE)
_WITH_EN = re.compile(
    r"\b(?:enterprises?|companies|firms|districts|parks|clusters|projects|businesses|counties|groups|cities)\s+(?:(?:with|having)\s+(?:(?!will\b|has\b|have\b|is\b|are\b|reach)[\w-]+\s+){0,9}|(?:exceeding|over|above|of\s+(?:over|more\s+than))\s+)[“(US$¥]*$",
    re.IGNORECASE,
)
_UNIVERSE = {
    "en": re.compile(r"\b(?:among|of|out\s+of)\s+(?:the|its|these|all|all\s+the)\s+$", re.IGNORECASE),
    "zh": re.compile(r"[^，。；、]{0,8}?(?:当中|之中|中)[，,有]"),
}
_OF_WHICH = re.compile(r"\s*(?:of\s+(?:which|whom|them|these)\b|have\b|are\b|were\b|has\b)", re.IGNORECASE)
_PARALLEL = {
    "zh": re.compile(r"^[、和及与]$"),
    "en": re.compile(r"^\s*,?\s*(?:(?:of|from|in|for)\s+[\w\s’'-]{1,40}?)?,?\s*and\s*$", re.IGNORECASE),
}


@dataclass(slots=True)
class _Candidate:
    statement: Statement
    raw: float | None
    paragraph: int


def extract(text: str, source: str, *, published: str = "") -> list[Statement]:
    """Statements of a document in the order of their first places.

    Parameters
    ----------
    text:
        the document as read (offsets of the result are into it).
    source:
        name of the document, carried into the statements.
    published:
        reduced ISO date (``2024-03``) that overrides the date found in the text.
    """
    plain = normalise(text)
    reader = _Reader(text, plain, source, published)
    found: list[_Candidate] = []
    headline: tuple[float, Place, int] | None = None
    for sentence in sentences(plain):
        body = plain[sentence.start : sentence.end]
        title = _HEADLINE.match(body)
        if title and title["num"].rstrip(",."):
            place = reader.place(sentence.start, sentence.end)
            headline = (reader.number(body, sentence.lang), place, sentence.paragraph)
            continue
        fresh = reader.read(sentence, body)
        if headline is not None and sentence.paragraph > headline[2]:
            fresh, headline = _attach(fresh, headline, sentence.paragraph)
        found.extend(fresh)
    return merge([candidate.statement for candidate in found])


def _attach(
    fresh: list[_Candidate], headline: tuple[float, Place, int], paragraph: int
) -> tuple[list[_Candidate], tuple[float, Place, int] | None]:
    """A bare number standing over a sentence that repeats it is another place of that statement."""
    for at, candidate in enumerate(fresh):
        if candidate.raw == headline[0]:
            statement = candidate.statement
            fresh[at] = replace_statement(
                candidate, replace(statement, places=(*statement.places, headline[1]))
            )
            return fresh, None
    return fresh, headline if paragraph <= headline[2] + 1 else None


def replace_statement(candidate: _Candidate, statement: Statement) -> _Candidate:
    """The candidate with another statement."""
    return _Candidate(statement, candidate.raw, candidate.paragraph)


class _Reader:
    """Walks the sentences of one document and keeps what carries over from one to the next."""

    def __init__(self, text: str, plain: str, source: str, published: str) -> None:
        self.text, self.plain, self.source = text, plain, source
        self.lines = Lines(text)
        reference = dates.reference_of(plain)
        if published:
            reference = dates.Reference(
                int(published[:4]), int(published[5:7]) if len(published) >= 7 else 0, stated=True
            )
        self.reference = reference
        self.context = frames.Context(reference, dates.data_year(plain, reference))
        named = Counter(place for _, place in indicator.regions(plain[:20000]) if place != "the world")
        self.context.main_region = named.most_common(1)[0][0] if named else ""
        self.paragraph = -1
        self.context.currency = "yuan" if _CHINESE.search(plain) else ""
        self._kinds: dict[int, bool] = {}
        self._carried = ""

    def place(self, start: int, end: int) -> Place:
        return Place(self.lines(start), start, end, self.text[start:end])

    def number(self, body: str, lang: str) -> float:
        read = (quantities_zh if lang == "zh" else quantities_en).quantities(body)
        return read[0].value if read and read[0].value is not None else float("nan")

    def read(self, sentence: Sentence, body: str) -> list[_Candidate]:
        context = self.context
        if sentence.paragraph != self.paragraph:
            self.paragraph = sentence.paragraph
            context.subject = ""
            context.in_list = bool(frames.BULLET.match(body))
            context.connected = bool(frames.CONNECTIVE.match(body))
            self._carried = ""
            if frames.heading(body, sentence.lang):
                frames.update_section(context, body, sentence.lang)
        if boilerplate(body) or not _WORTH.search(body):
            self._carry_region(body)
            return []
        tokens = dates.date_tokens(body, sentence.lang, self.reference)
        masked = mask(body, sentence.lang, [(token.start, token.end) for token in tokens])
        named = indicator.regions(body)
        reader = quantities_zh if sentence.lang == "zh" else quantities_en
        found = reader.quantities(masked)
        self._kinds = {}
        candidates = self._statements(sentence, body, masked, tokens, found, named) if found else []
        candidates += self._lost(sentence, masked, tokens)
        first = found[0].start if found else len(body)
        governing = [token for token in tokens if not _in_title(body, token)]
        frames.update_frame(context, governing, sentence.paragraph, first, self._kinds)
        self._carry_region(body)
        return candidates

    def _carry_region(self, body: str) -> None:
        own = [place for _, place in indicator.regions(body) if place not in ("China", "the world")]
        if own:
            self._carried = own[-1]

    def _lost(self, sentence: Sentence, masked: str, tokens: list[dates.DateToken]) -> list[_Candidate]:
        """A unit whose number the text has lost: kept without a value, with the reason."""
        result = []
        for match in _LOST.finditer(masked):
            start = sentence.start + match.start("sign")
            token = next((token for token in tokens if token.role == "deadline"), None)
            frame = self.context.frame
            if token is None and frame is not None and frame.future:
                token = frame.token
            place = self.place(start, start + 1)
            statement = Statement(
                self.source, place.line, place.char_start, place.char_end, place.quote, "", None, None, None, "=", "%", "%",
                "share", "target" if token is not None else "achieved", token.period_start if token else "",
                token.period_end if token else "", region=self.context.main_region, lang=sentence.lang, confidence=0.05,
                null_reason="number lost in the text",
            )  # fmt: skip
            result.append(_Candidate(statement, None, sentence.paragraph))
        return result

    def _statements(
        self,
        sentence: Sentence,
        body: str,
        masked: str,
        tokens: list[dates.DateToken],
        found: list[Quantity],
        named: list[tuple[int, str]],
    ) -> list[_Candidate]:
        lang, context = sentence.lang, self.context
        cuts = [0, *(match.end() for match in _CLAUSE[lang].finditer(masked))]
        dropped = self._respectively(lang, masked, found) | _universe(lang, masked, found)
        thresholds = _thresholds(lang, masked, found)
        result: list[_Candidate] = []
        previous_end = 0
        for at, quantity in enumerate(found):
            clause_start = max(cut for cut in cuts if cut <= quantity.start)
            clause_end = min((cut for cut in cuts if cut > quantity.noun_end), default=len(body) + 1) - 1
            left_start = min(max(clause_start, previous_end), quantity.start)
            left = body[left_start : quantity.start]
            if at in dropped or at in thresholds:
                previous_end = max(previous_end, quantity.end)
                continue
            if not quantity.unit and at:
                _take_unit(lang, body, found[at - 1], quantity)
            comparator, tail = decide.comparator(masked, lang, quantity)
            raw = quantity.value
            clause = body[clause_start:clause_end]
            wide = body[max(clause_start, 0) : quantity.start] if not quantity.unit else left
            measure = decide.settle(
                masked, lang, quantity, clause, wide, body[: quantity.start], context.currency
            )
            if not measure:
                previous_end = max(previous_end, quantity.end)
                continue
            measure = self._parallel(lang, masked, found, at, measure, result)
            when = decide_when(
                sentence, body, tokens, found, quantity, context, (clause_start, left_start, clause_end)
            )
            if when.token is not None:
                self._kinds[when.token.start] = when.kind in ("target", "expected")
            subject = indicator.phrase(lang, body, quantity, left, context.subject)
            end = max(tail, quantity.noun_end, quantity.end)
            start = _trim_start(body, left_start, quantity.start)
            place = self.place(sentence.start + start, sentence.start + end)
            if quantity.dim == "money" and not quantity.level:
                context.currency = quantity.unit.split("/")[0]
            if subject and quantity.dim != "rank":
                context.subject = subject
            statement = Statement(
                source=self.source, line=place.line, char_start=place.char_start, char_end=place.char_end, quote=place.quote,
                indicator=subject, value=quantity.value, lower=quantity.lower, upper=quantity.upper, comparator="=",
                unit=quantity.unit, unit_text=quantity.unit_text, measure=measure, kind=when.kind, period_start=when.start,  # type: ignore[arg-type]
                period_end=when.end, base_period=_base(tokens, measure),
                region=indicator.region_of(body, named, quantity, self._carried, context.main_region), lang=lang,
                confidence=_confidence(quantity, when.origin, when.kind, subject),
            )  # fmt: skip
            result.append(_Candidate(_bounded(statement, comparator), raw, sentence.paragraph))
            previous_end = end
        return result

    def _parallel(
        self, lang: str, masked: str, found: list[Quantity], at: int, measure: str, result: list[_Candidate]
    ) -> str:
        """A figure joined by a mere "and" to a change takes over its measure and sign (save 25 % of A and 30 % of B)."""
        if not result or at == 0 or measure not in ("share", "level"):
            return measure
        first, second, former = found[at - 1], found[at], result[-1].statement
        if former.measure not in ("growth", "growth p.a.", "change") or first.unit != second.unit:
            return measure
        if not _PARALLEL[lang].match(masked[first.end : second.start]):
            return measure
        if former.value is not None and former.value < 0:
            decide.negate(second)
        return former.measure

    def _respectively(self, lang: str, masked: str, found: list[Quantity]) -> set[int]:
        """Fill the units of "respectively" lists; the indices of bare numbers in front of the list are returned."""
        dropped: set[int] = set()
        floor = 0
        for signal in _RESPECTIVELY[lang].finditer(masked):
            if lang == "zh":
                ordered = [at for at, quantity in enumerate(found) if quantity.start >= signal.end()]
                run = _run(masked, found, ordered)
            else:
                ordered = [
                    at
                    for at, quantity in enumerate(found)
                    if floor <= quantity.start and quantity.end <= signal.start()
                ]
                run = _run(masked, found, list(reversed(ordered)))
                floor = signal.end()
            run.sort()
            if len(run) < 2 or all(found[at].unit for at in run):
                continue
            members = [found[at] for at in run]
            decide.fill_list(lang, members, masked[: members[0].start])
            dropped |= {at for at in ordered if at not in run and not found[at].unit and at < run[0]}
        return dropped


_CONTINUED = {
    "zh": re.compile(r"[，,]?(?:增加|提高|增长|提升|扩大|发展|增)?(?:到|至)?(?:约|近|超过|超)?"),
    "en": re.compile(r"(?:(?:[\w-]+\s+){0,4}?in\s+\d{4}\s*)?,?\s*(?:and|to|or)\s+(?:(?:about|over|more\s+than|nearly|around|at\s+least|some)\s+)?", re.IGNORECASE),
}


def _take_unit(lang: str, body: str, former: Quantity, quantity: Quantity) -> None:
    """A bare number joined to the former one by "and" or "to" is counted in the same unit (from 30,000 to 300,000)."""
    size = quantity.value if quantity.value is not None else 0.0
    counted = former.dim in ("count", "vehicles", "people", "physical", "money") or (former.dim == "percent" and size <= 100)
    if counted and former.unit and size and _CONTINUED[lang].fullmatch(body[former.noun_end : quantity.start].lstrip()):
        joined_by_and = bool(re.search(r"\band\b", body[former.noun_end : quantity.start], re.IGNORECASE))
        if quantity.scaled or (not joined_by_and and former.dim != "money"):
            quantity.unit, quantity.dim = former.unit, former.dim


def _universe(lang: str, masked: str, found: list[Quantity]) -> set[int]:
    """Indices of wholes of which a part is told (among the 98 firms 54 …); the part takes the unit of the whole."""
    result = set()
    for at, quantity in enumerate(found):
        if quantity.dim != "count":
            continue
        if lang == "en":
            whole = bool(_UNIVERSE["en"].search(masked[: quantity.start]))
        else:
            whole = bool(_UNIVERSE["zh"].match(masked, quantity.end))
        for other in found[at + 1 :]:
            if (
                other.dim == "bare"
                and not other.scaled
                and (lang == "en" and _OF_WHICH.match(masked, other.end))
            ):
                other.unit, other.dim = quantity.unit, "count"
                if whole:
                    result.add(at)
            elif whole and other.unit == quantity.unit:
                result.add(at)
    return result


def _run(masked: str, found: list[Quantity], order: list[int]) -> list[int]:
    """Indices of the unbroken list that begins at ``order[0]``."""
    run: list[int] = []
    for at in order:
        if run:
            first, second = sorted((found[run[-1]], found[at]), key=lambda quantity: quantity.start)
            if not _LIST_GAP.match(masked[max(first.end, min(first.noun_end, second.start)) : second.start]):
                break
        run.append(at)
    return run


def _thresholds(lang: str, masked: str, found: list[Quantity]) -> set[int]:
    """Money that only describes the counted things (10 districts whose revenue exceeds 100 billion; 百亿级企业 5 家)."""
    counts = [
        at
        for at, quantity in enumerate(found)
        if quantity.dim in ("count", "bare") and not quantity.structural
    ]
    result = set()
    for at, quantity in enumerate(found):
        if quantity.dim != "money" and not (quantity.dim == "bare" and quantity.scaled):
            continue
        if lang == "en":
            left = masked[: quantity.start]
            relative = _RELATIVE_EN.search(left)
            if (relative and any(found[c].start < relative.start() + 12 for c in counts)) or (
                _WITH_EN.search(left) and not quantity.level
            ):
                result.add(at)
            continue
        if at and found[at - 1].dim == "count" and _SUBJECT_ZH.match(masked[found[at - 1].noun_end : quantity.start]):
            result.add(at)
            continue
        described = _COUNTED_ZH.match(masked, quantity.end)
        if described is None:
            continue
        near = any(
            c != at
            and not re.search(
                "[，。；,;]", masked[min(found[c].end, quantity.end) : max(found[c].start, quantity.start)]
            )
            for c in counts
        )
        if near or (
            described["noun"] in ("企业", "公司", "集团", "车企", "项目")
            and not described.group().startswith("的产业")
        ):
            result.add(at)
    return result


def _in_title(body: str, token: dates.DateToken) -> bool:
    """Whether a period belongs to the title of a document (《…（2022—2030年）》), so that it governs no figure."""
    left, right = body[: token.start], body[token.end :]
    if left.count("《") > left.count("》"):
        return True
    return (
        token.role == "range"
        and bool(re.search(r"[(（]\s*$", left))
        and bool(re.match(r"\s*[)）]", right))
        or (body[token.start : token.start + 1] in "(（" and token.role == "range")
    )


def _trim_start(body: str, start: int, stop: int) -> int:
    match = re.compile(r"[\s，。；、,;:：)）”’]*(?:(?:and|to|with|while|but|及|和|以及|并)\b\s*)?").match(
        body, start, stop
    )
    return match.end() if match else start


def _bounded(statement: Statement, comparator: str) -> Statement:
    """The comparator, and the bound on its side."""
    value = statement.value
    if comparator in (">", ">="):
        return replace(statement, comparator=comparator, lower=value)  # type: ignore[arg-type]
    if comparator in ("<", "<="):
        return replace(statement, comparator=comparator, upper=value)  # type: ignore[arg-type]
    return replace(statement, comparator=comparator)  # type: ignore[arg-type]


def _base(tokens: list[dates.DateToken], measure: str) -> str:
    """Base period of a relative figure, where the sentence names one."""
    if not measure.startswith(("growth", "difference", "multiple", "change")):
        return ""
    for token in tokens:
        if token.role == "base" and token.period_end:
            return token.period_end
    return ""


def _confidence(quantity: Quantity, origin: str, kind: str, subject: str) -> float:
    """0 to 1: less where the date was carried over or is missing, for words, guessed nouns and empty phrases."""
    score = {"own": 0.95, "frame": 0.85}.get(origin, 0.75)
    score -= 0.15 * quantity.generic + 0.1 * quantity.words + 0.1 * (not subject) + 0.1 * (kind == "expected")
    return round(max(score, 0.05), 2)
