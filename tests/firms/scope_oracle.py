"""A second reading of business scopes, written from the grammar and not from the kernel: slow, plain, on lists.

Sentences are lists of `Word`; a clause is cut out first and its verb phrases are found before any role is given, so
that nothing here goes through the kernel's running state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lianzhang.firms.kernel import codes as c

PUNCTUATION = {"、": c.DELIM, ",": c.COMMA, ";": c.END, ":": c.COLON, "(": c.OPEN, ")": c.CLOSE}
SEPARATORS = (c.DELIM, c.COMMA, c.LINK)
OBJECTS = (c.OTHER, c.GOOD, c.CTX, c.PART, c.SERVICE, c.TRADE, c.IGNORE)


@dataclass
class Word:
    """One token: its text, kind, what the phrase table says of it, and what the reading finds."""

    text: str
    kind: int
    role: int = 0
    gb2: int = 0
    flags: int = 0
    at: int = 0
    found: int = 0
    group: int = -1
    phrase: bool = field(default=False)

    @property
    def is_object(self) -> bool:
        return self.kind in OBJECTS


def words(text: str, phrases: Mapping[str, tuple[int, int, int, int]]) -> list[Word]:
    """Tokens of a folded text; ``phrases``: text → (kind, role, gb2, flags). Stars and full stops are not handled."""
    longest = max(map(len, phrases))
    found: list[Word] = []
    at = 0
    while at < len(text):
        if text[at] in PUNCTUATION:
            found.append(Word(text[at], PUNCTUATION[text[at]], at=at))
            at += 1
            continue
        match = next(
            (
                text[at : at + n]
                for n in range(longest, 0, -1)
                if text[at : at + n] in phrases and at + n <= len(text)
            ),
            None,
        )
        if match is not None:
            kind, role, gb2, flags = phrases[match]
            found.append(Word(match, kind, role, gb2, flags, at, phrase=True))
            at += len(match)
            continue
        kind = c.DE if text[at] == "的" else c.OTHER
        last = found[-1] if found else None
        if kind == c.OTHER and last is not None and last.kind == c.OTHER and not last.phrase:
            last.text += text[at]
        else:
            found.append(Word(text[at], kind, at=at))
        at += 1
    return found


def without_restrictions(tokens: list[Word]) -> list[Word]:
    """What is left of a text when brackets, exclusions and statements of law are taken out."""
    kept: list[Word] = []
    rest = list(tokens)
    while rest:
        word = rest.pop(0)
        if word.kind == c.CLOSE:
            continue
        if word.kind != c.OPEN:
            kept.append(word)
            continue
        inside, closer, rest = _bracket(word, rest)
        limits = [w for w in inside if w.kind == c.RESTRICT]
        if _says_not_made(inside):
            for before in reversed(kept):
                if before.kind in (c.DELIM, c.COMMA, c.END, c.COLON):
                    break
                before.found |= c.NOT_MADE
        elif not limits and any(w.kind in (c.GOOD, c.VERB) for w in inside) and len(inside) < 60:
            kept += [w for w in inside if w.kind not in (c.OPEN, c.CLOSE, c.END)]
        conditions = [w for w in limits if w.role != c.BACK and not w.flags & c.F_EXCLUDES]
        if conditions and closer and rest and rest[0].kind not in (c.DELIM, c.COMMA, c.END, c.LINK, c.DE):
            closer.kind = c.END
            kept.append(closer)
    return _unrestricted(kept)


def _bracket(opening: Word, rest: list[Word]) -> tuple[list[Word], Word | None, list[Word]]:
    """Contents, what closes it, and what follows; a bracket that never closes ends with its sentence."""
    depth = 1
    for i, word in enumerate(rest):
        depth += {c.OPEN: 1, c.CLOSE: -1}.get(word.kind, 0)
        if depth == 0:
            return rest[:i], word, rest[i + 1 :]
    for i, word in enumerate(rest):
        if word.kind in (c.END, c.CLOSE):
            return rest[:i], word, rest[i + 1 :]
    return rest, None, []


def _says_not_made(inside: list[Word]) -> bool:
    """Exclusion and verbs of making, and nothing besides separators and other verbs of no trade."""
    excludes = makes = False
    for word in inside:
        if word.kind == c.RESTRICT:
            excludes |= bool(word.flags & c.F_EXCLUDES)
        elif word.kind == c.VERB and not word.gb2:
            makes |= bool(word.role & c.MAKE)
        elif word.kind not in (*SEPARATORS, c.DE):
            return False
    return excludes and makes


def _unrestricted(tokens: list[Word]) -> list[Word]:
    """Sentence parts without what a restriction outside brackets takes away: itself and all after it, the item before
    it too, or the whole part."""
    kept: list[Word] = []
    for part, end in _parts(tokens, (c.COMMA, c.END)):
        cut = len(part)
        for i, word in enumerate(part):
            if word.kind != c.RESTRICT:
                continue
            if word.role == c.WHOLE:
                cut = 0
                break
            if word.role == c.FORWARD:
                cut = min(cut, i)
            elif i < cut:
                starts = [k for k in range(1, i + 1) if part[k].kind in (c.DELIM, c.COLON)]
                cut = min(cut, starts[-1] if starts else 0)
        kept += part[:cut] + ([end] if end else [])
    return kept


def _parts(tokens: list[Word], ends: tuple[int, ...]) -> list[tuple[list[Word], Word | None]]:
    parts: list[tuple[list[Word], Word | None]] = []
    current: list[Word] = []
    for word in tokens:
        if word.kind in ends:
            parts.append((current, word))
            current = []
        else:
            current.append(word)
    return [*parts, (current, None)] if current else parts


def give_roles(tokens: list[Word]) -> int:
    """Roles and groups of every object; returns the number of groups."""
    groups = 0
    carried, carried_group = 0, -1
    for clause, _ in _parts(tokens, (c.END,)):
        verbs = sum(w.kind == c.VERB for w in clause)
        objects = sum(w.is_object for w in clause)
        if verbs:
            reading = _Clause(clause, groups)
            reading.read()
            groups, carried = reading.groups, reading.leading
            carried_group = groups - 1
            if objects == 0 and verbs > 1:
                carried = clause[0].found
        elif objects and carried & c.MAKE:
            _give([w for w in clause if w.group < 0], carried, carried_group)
    return groups


def _give(targets: list[Word], role: int, group: int) -> None:
    for word in targets:
        if word.is_object:
            word.found = (word.found & c.NOT_MADE) | role
            word.group = group


class _Clause:
    """One clause: verb phrases from left to right, each deciding what it governs."""

    def __init__(self, clause: list[Word], groups: int) -> None:
        self.words, self.groups = clause, groups
        self.leading, self.leading_group = 0, -1
        self.free = 0  # what stands before is settled

    def kind(self, i: int) -> int:
        return self.words[i].kind if 0 <= i < len(self.words) else -1

    def is_object(self, i: int) -> bool:
        return 0 <= i < len(self.words) and self.words[i].is_object

    def fill(self, stop: int) -> None:
        """What nothing governs yet goes to the leading verbs."""
        if self.leading:
            _give([w for w in self.words[self.free : stop] if w.group < 0], self.leading, self.leading_group)

    def read(self) -> None:
        at = 0
        while at < len(self.words):
            at = self.phrase(at, self.end_of_phrase(at)) if self.kind(at) == c.VERB else at + 1
        self.fill(len(self.words))

    def end_of_phrase(self, first: int) -> int:
        end = first + 1
        while True:
            if self.kind(end) == c.VERB:
                end += 1
            elif self.kind(end) in SEPARATORS and self.kind(end + 1) == c.VERB:
                end += 2
            else:
                return end

    def phrase(self, first: int, end: int) -> int:
        before = self.is_object(first - 1) or (
            first >= 2 and self.kind(first - 1) == c.DE and self.is_object(first - 2)
        )
        after = self.is_object(end + (self.kind(end) == c.LINK))
        list_after = self.kind(end) == c.COLON or (
            first == 0
            and self.kind(end) == c.COMMA
            and self.is_object(end + 1)
            and all(w.kind != c.VERB for w in self.words[end:])
        )
        if self.kind(end) == c.DE and not before:
            return end  # a relative clause
        verb = self.words[first]
        names_process = verb.role & c.MAKE and verb.gb2
        if end == first + 1 and self.is_object(end) and (before or names_process):
            verb.kind = c.OTHER  # part of a thing's name
            return end
        split = first
        if before:
            split = self.divide(first, end) if after or list_after else end
        behind, ahead = self.roles(first, split), self.roles(split, end)
        if split > first:
            self.govern_before(first, behind)
            self.mark(first, split, behind)
            self.groups += 1
            self.free = split
        if split < end:
            self.fill(first)
            if after or list_after:
                self.leading, self.leading_group = ahead, self.groups
            elif not before and not self.leading and self.free < first:
                _give([w for w in self.words[self.free : first] if w.group < 0], ahead, self.groups)
            if after or list_after or not before:
                self.mark(split, end, ahead)
                self.groups += 1
            self.free = end
        return end

    def divide(self, first: int, end: int) -> int:
        """Between two objects: after the first comma, else after the last separator, else nowhere."""
        commas = [i for i in range(first, end) if self.kind(i) == c.COMMA]
        others = [i for i in range(first + 1, end) if self.kind(i) in (c.DELIM, c.LINK)]
        return commas[0] + 1 if commas else others[-1] + 1 if others else end

    def roles(self, first: int, end: int) -> int:
        found = 0
        for word in self.words[first:end]:
            if word.kind == c.VERB:
                found |= word.role
        return found

    def mark(self, first: int, end: int, role: int) -> None:
        for word in self.words[first:end]:
            word.found, word.group = role, self.groups

    def govern_before(self, first: int, role: int) -> None:
        begin, comma = self.free, False
        if self.leading:
            places = [i for i in range(self.free + 1, first) if self.kind(i) == c.COMMA]
            comma = bool(places)
            if not comma:
                places = [i for i in range(self.free + 1, first) if self.kind(i) in (c.DELIM, c.COMMA)]
            begin = places[-1] if places else min(self.free, first - 1)
            _give([w for w in self.words[self.free : begin] if w.group < 0], self.leading, self.leading_group)
        if self.leading & c.MAKE and not role & c.MAKE and not comma:
            role |= self.leading  # what is made is also sold
        _give(self.words[begin:first], role, self.groups)
