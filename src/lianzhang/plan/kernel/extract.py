"""One document's text in, its statements out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from lianzhang.plan.kernel import dates, decide, frames, indicator, lists, quantities_en, quantities_zh
from lianzhang.plan.kernel.grids import Figure, grids
from lianzhang.plan.kernel.masks import boilerplate, mask
from lianzhang.plan.kernel.merge import merge
from lianzhang.plan.kernel.quantities import Quantity
from lianzhang.plan.kernel.reference import data_year, horizon_of, reference_of
from lianzhang.plan.kernel.text import Lines, Sentence, normalise, sentences, without_readings
from lianzhang.plan.kernel.when import When, decide_when
from lianzhang.plan.model import Place, Statement

_WORTH = re.compile(
    r"\d|[一二两三四五六七八九十百千](?:[万亿家个项座条成番]|多家|余家|分之)|万亿|翻番|百分之|亿元级|"
    r"[数上几][十百千万亿]|第[一二三四五六七八九十]|前[一二三四五六七八九十]|首位|榜首|倍增|十[一二三四五六]五"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|fifty|dozens?|hundreds?|"
    r"thousands?|millions?|billions?|trillion|half|third|thirds|quarters?|first|second|doubl\w+|tripl\w+|fold|top|"
    r"rank\w*|currently|year|Five-Year)\b",
    re.IGNORECASE,
)
_CLAUSE = {"zh": re.compile(r"[，；;：:。]|,(?!\d{3})|——"), "en": re.compile(r",(?!\d{3})|[;:]|–\s|\s-\s|——")}
_HEADLINE = re.compile(
    r"^[\s“\"]*(?P<num>\d[\d,.]*)\s*(?P<rest>%|(?:trillion|billion|million)?\s*(?:yuan|times|vehicles|units)?|"
    r"万?亿?(?:元|家|个|辆|倍|项)?)\s*[”\"]?$",
    re.IGNORECASE,
)
_LOST = re.compile(r"(?<![\d\w%)）”\"’零一二三四五六七八九十])\s*(?P<sign>%)(?=\s*[,，;；。.、])")
_CHINESE = re.compile(r"[\u4e00-\u9fff]{4}|\byuan\b|\bRMB\b|\bChina\b|\bChinese\b|\bChongqing\b")


#: Whose rupees "Rs" are, where the document speaks of these countries rather than of India.
_RUPEES = {"Pakistan": "PKR", "Sri Lanka": "LKR", "Nepal": "NPR"}


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
    cleaned = without_readings(text)
    if cleaned is not None:
        found_in_cleaned = extract(cleaned[0], source, published=published)
        return [_restored(statement, text, cleaned[1]) for statement in found_in_cleaned]
    plain = normalise(text)
    reader = _Reader(text, plain, source, published)
    tables = grids(text, plain, reader.reference)
    found: list[_Candidate] = []
    numbers: list[int] = []
    headline: tuple[float, Place, int] | None = None
    for number, sentence in enumerate(sentences(plain)):
        if any(table.start < sentence.end and sentence.start < table.end for table in tables):
            continue
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
        numbers.extend([number] * len(fresh))
    statements = [candidate.statement for candidate in found]
    tabled = [reader.tabled(figure) for table in tables for figure in table.figures]
    order = sorted(
        [
            *zip(statements, numbers, strict=True),
            *((statement, -1 - at) for at, statement in enumerate(tabled)),
        ],
        key=lambda pair: pair[0].char_start,
    )
    return merge([statement for statement, _ in order], [number for _, number in order])


def _restored(statement: Statement, text: str, kept: list[int]) -> Statement:
    """A statement read from a cleaned text with its places in the text as it is."""
    lines = Lines(text)

    def place(old: Place) -> Place:
        start, end = kept[old.char_start], kept[old.char_end - 1] + 1
        return Place(lines(start), start, end, text[start:end])

    first = place(statement.place)
    return replace(
        statement,
        line=first.line,
        char_start=first.char_start,
        char_end=first.char_end,
        quote=first.quote,
        places=tuple(place(other) for other in statement.places),
    )


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
        reference = reference_of(plain)
        if published:
            reference = dates.Reference(
                int(published[:4]), int(published[5:7]) if len(published) >= 7 else 0, stated=True
            )
        self.reference = reference
        self.context = frames.Context(reference, data_year(plain, reference))
        self.context.horizon = horizon_of(plain, reference)
        self.gazetteer = indicator.Gazetteer(plain)
        self.context.main_region = self.gazetteer.most_named()
        self.paragraph = -1
        self.navigation = False
        self.context.currency = "yuan" if _CHINESE.search(plain) else ""
        self._kinds: dict[int, bool] = {}
        self._carried = ""
        self.rupee = next(
            (unit for country, unit in _RUPEES.items() if plain.count(country) > plain.count("India")), ""
        )

    def place(self, start: int, end: int) -> Place:
        return Place(self.lines(start), start, end, self.text[start:end])

    def number(self, body: str, lang: str) -> float:
        read = (quantities_zh if lang == "zh" else quantities_en).quantities(body)
        return read[0].value if read and read[0].value is not None else float("nan")

    def tabled(self, figure: Figure) -> Statement:
        """The statement of a figure in a table of indicators."""
        quantity, place = figure.quantity, self.place(figure.cell.start, figure.cell.end)
        statement = Statement(
            source=self.source, line=place.line, char_start=place.char_start, char_end=place.char_end, quote=place.quote,
            indicator=figure.indicator, value=quantity.value, lower=quantity.lower, upper=quantity.upper, comparator="=",
            unit=quantity.unit, unit_text=quantity.unit_text, measure=figure.measure,  # type: ignore[arg-type]
            kind="target" if figure.future else "achieved", period_start=figure.year, period_end=figure.year,
            region=self.context.main_region, lang=figure.lang, confidence=0.9,
        )  # fmt: skip
        return _bounded(statement, figure.comparator)

    def read(self, sentence: Sentence, body: str) -> list[_Candidate]:
        context, lead = self.context, False
        fresh = sentence.paragraph != self.paragraph
        if sentence.paragraph != self.paragraph:
            self.paragraph = sentence.paragraph
            context.subject = context.counted = ""
            context.in_list = bool(frames.BULLET.match(body))
            context.connected = bool(frames.CONNECTIVE.match(body))
            self._carried = ""
            frames.end_list(context, sentence.paragraph)
            lead = frames.heading(body, sentence.lang)
        lead = lead or frames.opens_list(body)
        self.navigation = boilerplate(body) or (self.navigation and not fresh)
        worth = not self.navigation and _WORTH.search(body)
        tokens = dates.date_tokens(body, sentence.lang, self.reference) if worth else []
        if lead:
            frames.update_section(context, body, sentence.lang, tokens, sentence.paragraph)
        if not worth:
            self._carry_region(self.gazetteer.within(sentence.start, sentence.end))
            return []
        masked = mask(body, sentence.lang, [(token.start, token.end) for token in tokens])
        named = self.gazetteer.within(sentence.start, sentence.end)
        reader = quantities_zh if sentence.lang == "zh" else quantities_en
        found = reader.quantities(masked)
        self._kinds = {}
        candidates = self._statements(sentence, body, masked, tokens, found, named) if found else []
        candidates += self._lost(sentence, masked, tokens)
        first = found[0].start if found else len(body)
        told = frames.cues(sentence.lang, body)
        intends = not found and told.strong and not told.achieved
        governing = [token for token in tokens if not _in_title(body, token)]
        frames.update_frame(
            context, governing, sentence.paragraph, first, self._kinds, lead=lead, intends=intends
        )
        self._carry_region(named)
        return candidates

    def _carry_region(self, named: list[tuple[int, str]]) -> None:
        own = [place for _, place in named if place not in ("China", "the world")]
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
        dropped, order = lists.respectively(lang, masked, found)
        dropped |= lists.universe(lang, masked, found)
        thresholds = lists.thresholds(lang, masked, found)
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
            if not quantity.unit and lang == "en" and at + 1 < len(found):
                lists.share_noun(body, quantity, found[at + 1])
            if at:
                lists.take_unit(lang, body, found[at - 1], quantity)
            comparator, tail = decide.comparator(masked, lang, quantity)
            raw = quantity.value
            clause = masked[clause_start:clause_end]
            wide = body[max(clause_start, 0) : quantity.start] if not quantity.unit else left
            measure = decide.settle(
                masked,
                lang,
                quantity,
                clause,
                wide,
                body[: quantity.start],
                context.currency,
                context.counted,
            )
            if not measure:
                previous_end = max(previous_end, quantity.end)
                continue
            if self.rupee and quantity.unit == "INR":
                quantity.unit = self.rupee
            measure = lists.parallel(
                lang, masked, found, at, measure, result[-1].statement if result else None
            )
            when = decide_when(
                sentence, body, tokens, found, quantity, context, (clause_start, left_start, clause_end)
            )
            if order.get(at, (0, 0))[0] and result:
                when = _with_list(when, result[-1].statement)
            if when.token is not None:
                self._kinds[when.token.start] = when.kind in ("target", "expected")
            subject = indicator.phrase(lang, body, quantity, left, context.subject)
            if at in order:
                subject = indicator.member(lang, subject, body[: quantity.start], *order[at])
            end = max(tail, quantity.noun_end, quantity.end)
            start = _trim_start(body, left_start, quantity.start)
            place = self.place(sentence.start + start, sentence.start + end)
            if quantity.dim in ("count", "vehicles") and not quantity.generic:
                context.counted = quantity.unit.split("/")[0]
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


def _with_list(when: When, former: Statement) -> When:
    """A later member of a "respectively" list looks ahead the way the member before it does."""
    ahead = ("target", "expected")
    if when.kind in ahead and former.kind in ahead and when.end == former.period_end:
        return replace(when, kind=former.kind)
    return when


def _in_title(body: str, token: dates.DateToken) -> bool:
    """Whether a period belongs to the title of a document (《…（2022—2030年）》), so that it governs no figure."""
    left, right = body[: token.start], body[token.end :]
    if left.count("《") > left.count("》"):
        return True
    return (
        token.role == "range" and bool(re.search(r"[(（]\s*$", left)) and bool(re.match(r"\s*[)）]", right))
    ) or (body[token.start : token.start + 1] in "(（" and token.role == "range")


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
