from __future__ import annotations

import base64
import dataclasses
import hashlib
import html.parser
import re

import pytest

from lianzhang.errors import InputError
from lianzhang.i18n import Lang, Text
from lianzhang.report.check import check_report, origin_keys
from lianzhang.report.model import Report
from lianzhang.report.page import render_html
from lianzhang.report.values import Citation, Origin, Prose, Quantity
from lianzhang.report.words import COVERAGE, STATUS, STATUS_MEANING, TROUBLE, VERDICT, WORDS
from tests.report import sample

LANGS: tuple[Lang, ...] = ("zh", "en")


class Reader(html.parser.HTMLParser):
    """Collects tags, attributes and visible text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._hidden = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._hidden += tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text.append(data)


@pytest.fixture(scope="module")
def pages() -> dict[Lang, str]:
    return {lang: render_html(sample.report(), lang) for lang in LANGS}


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_is_loaded_from_outside(pages: dict[Lang, str], lang: Lang) -> None:
    reader = Reader(pages[lang])
    for tag, attributes in reader.tags:
        assert tag not in ("link", "img", "iframe", "object", "embed", "video", "audio", "base", "form")
        for name, value in attributes.items():
            if name in ("src", "srcset", "poster", "action", "background", "data", "xlink:href"):
                pytest.fail(f"<{tag} {name}={value}>")
            if name == "href" and tag != "a":
                pytest.fail(f"<{tag} href={value}>")
    assert "@import" not in pages[lang]
    assert "@font-face" not in pages[lang]
    assert not re.search(r"url\((?!#)", pages[lang])


@pytest.mark.parametrize("lang", LANGS)
def test_the_policy_allows_this_script_and_no_other(pages: dict[Lang, str], lang: Lang) -> None:
    page = pages[lang]
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    policy = next(
        a["content"] for t, a in Reader(page).tags if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert not re.search(r"\son\w+=", page.replace(script[1], ""))


@pytest.mark.parametrize("lang", LANGS)
def test_every_number_leads_to_its_origin(pages: dict[Lang, str], lang: Lang) -> None:
    tags = Reader(pages[lang]).tags
    ids = [a["id"] for _, a in tags if a.get("id")]
    assert len(ids) == len(set(ids))
    numbers = [a for t, a in tags if t == "a" and "num" in (a.get("class") or "").split()]
    assert len(numbers) > 60
    for attributes in numbers:
        assert (attributes["href"] or "").removeprefix("#") in ids
        assert attributes["title"]
    for _, attributes in tags:
        if attributes.get("data-origin"):
            assert attributes["data-origin"] in ids


@pytest.mark.parametrize("lang", LANGS)
def test_no_key_is_shown(pages: dict[Lang, str], lang: Lang) -> None:
    text = " ".join(Reader(pages[lang]).text)
    report = sample.report()
    for key in [o.key for o in report.origins] + [s.key for s in report.sources]:
        assert key not in text
    assert "None" not in text
    assert "{" not in text


def test_the_english_page_is_english(pages: dict[Lang, str]) -> None:
    assert not re.search("[\u4e00-\u9fff]", " ".join(Reader(pages["en"]).text))


def test_the_chinese_page_is_chinese(pages: dict[Lang, str]) -> None:
    words = set(re.findall(r"[A-Za-z]{3,}", " ".join(Reader(pages["zh"]).text)))
    assert words <= {
        "https",
        "example",
        "org",
        "yearbook",
        "indexch",
        "htm",
        "news",
        "lianzhang",
        "pack",
        "load",
        "DIR",
        "PTC",
    }


def test_the_theme_can_be_fixed() -> None:
    assert 'data-theme="dark"' in render_html(sample.report(), "zh", theme="dark").split("<style>")[0]
    assert (
        "data-theme"
        not in render_html(sample.report(), "zh").split("<style>")[0].split("<html")[1].split(">")[0]
    )


def test_what_is_not_official_is_marked(pages: dict[Lang, str]) -> None:
    assert '<sup class="mark">估</sup>' in pages["zh"]
    assert '<sup class="mark">构</sup>' in pages["zh"]
    assert "filled in from hints; not official" in pages["en"]


def with_summary(report: Report, *sentences: Prose) -> Report:
    return dataclasses.replace(report, summary=sentences)


def test_hostile_text_is_escaped() -> None:
    nasty = Text("<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>")
    report = with_summary(dataclasses.replace(sample.report(), title=nasty), Prose(nasty))
    for lang in LANGS:
        tags = Reader(render_html(report, lang)).tags
        assert "img" not in {tag for tag, _ in tags}
        assert sum(tag == "script" for tag, _ in tags) == 1


def test_only_web_addresses_become_links() -> None:
    report = sample.report()
    bad = dataclasses.replace(report.sources[0], url="javascript:alert(1)")
    report = dataclasses.replace(report, sources=(bad, *report.sources[1:]))
    links = [a["href"] or "" for t, a in Reader(render_html(report, "en")).tags if t == "a"]
    assert not any(link.startswith("javascript") for link in links)


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (Prose(Text("{v}", "{v}"), {"v": Quantity(1, "cny", "nowhere")}), "no origin 'nowhere'"),
        (Prose(Text("{v}", "no place"), {"v": Quantity(1, "cny", sample.OUTPUT)}), "places ['v']"),
        (Prose(Text("{w}", "{w}")), "places ['w']"),
        (Prose(Text("{v}", "{v}"), {"v": Quantity(1, "ells", sample.OUTPUT)}), "unknown unit 'ells'"),
    ],
)
def test_loose_ends_are_refused(broken: Prose, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        render_html(with_summary(sample.report(), broken), "zh")
    assert any(problem in text for text in caught.value.details["problems"])  # type: ignore[attr-defined]


def test_origins_must_cite_known_sources_and_keys_be_unique() -> None:
    report = sample.report()
    stray = Origin(key="o-output", value=Text("甲", "a"), status="official", citations=(Citation("lost"),))
    with pytest.raises(InputError) as caught:
        check_report(dataclasses.replace(report, origins=(*report.origins, stray)))
    problems = caught.value.details["problems"]
    assert problems == ["origin 'o-output' occurs twice", "no source 'lost'"]


def test_origin_keys_are_found_everywhere() -> None:
    assert set(origin_keys(sample.tracker())) == {sample.LEVELS, sample.OUTPUT, sample.FORECAST}
    assert set(origin_keys(sample.report().sections)) == {o.key for o in sample.report().origins}


@pytest.mark.parametrize("table", [COVERAGE, STATUS, STATUS_MEANING, VERDICT, WORDS])
def test_fixed_words_exist_in_both_languages(table: dict[str, Text]) -> None:
    for name, text in table.items():
        assert text.zh, name
        assert text.en, name
        assert re.search("[\u4e00-\u9fff]", text.zh), name
        assert not re.search("[\u4e00-\u9fff]", text.en), name


def test_every_verdict_has_its_place_in_the_order() -> None:
    assert set(TROUBLE) == set(VERDICT)
    first = re.findall(r'class="chip \w+ (\w+)"', render_html(sample.report(), "zh"))
    assert first == sorted(first, key=lambda v: TROUBLE.index(v))
