"""The scorer itself: what counts, what is neutral, what a repeat is."""

from __future__ import annotations

from pathlib import Path

import pytest

from lianzhang.errors import FileFormatError
from lianzhang.plan.kernel.extract import extract
from lianzhang.plan.scoring import TruthRow, facts, read_truth, right_fields, score
from lianzhang.plan.service import read_documents

TEXT = "到2025年，产值达到850亿元，培育企业20家。5月3日，产值850亿元的目标公布。"


def row(quote: str, group: str = "core", *, start: int | None = None, **fields: object) -> TruthRow:
    begin = TEXT.index(quote) if start is None else start
    known: dict[str, object] = {
        "id": quote, "start": begin, "end": begin + len(quote), "quote": quote, "indicator": "x", "value": None, "lower": None,
        "upper": None, "comparator": "=", "unit": "yuan", "kind": "target", "year": "2025", "group": group, "notes": "",
    }  # fmt: skip
    return TruthRow(**(known | fields))  # type: ignore[arg-type]


def test_right_rows_count_for_recall_and_precision() -> None:
    statements = extract(TEXT, "t", published="2024")
    rows = [row("产值达到850亿元", value=85e9), row("培育企业20家", value=20, unit="enterprises")]
    total = score(rows, statements[:2]).total
    assert (total.core, total.right, total.counted) == (2, 2, 2)


def test_a_wrong_field_costs_recall_and_precision() -> None:
    statements = extract(TEXT, "t", published="2024")[:1]
    report = score([row("产值达到850亿元", value=85e9, kind="achieved")], statements)
    assert (report.total.right, report.total.counted) == (0, 1)
    assert report.missed[0][2] == ("kind",)
    assert report.total.fields["value"] == 1


def test_structural_rows_are_neutral_and_unknown_statements_are_not() -> None:
    statements = extract(TEXT, "t", published="2024")[:2]
    neutral = score(
        [row("产值达到850亿元", value=85e9), row("培育企业20家", "structural", value=20)], statements
    ).total
    assert (neutral.right, neutral.counted) == (1, 1)
    spurious = score([row("产值达到850亿元", value=85e9)], statements).total
    assert (spurious.right, spurious.counted) == (1, 2)


def test_noise_is_hit_only_by_what_answers_nothing_else() -> None:
    statements = extract(TEXT, "t", published="2024")[:1]
    report = score([row("产值达到", "noise")], statements)
    assert report.total.noise_hit == 1
    assert (
        score([row("产值达到", "noise"), row("产值达到850亿元", value=85e9)], statements).total.noise_hit == 0
    )


def test_a_marked_repeat_is_one_fact_with_two_places() -> None:
    rows = [
        row("产值达到850亿元", value=85e9, indicator="output"),
        row("产值850亿元", value=85e9, indicator="output (repeat)"),
    ]
    (fact,) = facts(rows)
    assert len(fact.spans) == 2


def test_overlapping_rows_are_assigned_so_that_most_are_right() -> None:
    text = "By 2027, the share of wind and solar power will rise to 20% and 15% respectively."
    quote = "rise to 20% and 15% respectively"
    rows = [row(quote, start=text.index(quote), value=value, unit="%", year="2027") for value in (15.0, 20.0)]
    assert score(rows, extract(text, "t", published="2024")).total.right == 2


def test_a_range_needs_both_bounds() -> None:
    (statement,) = extract("到2025年，引进3—5家整车企业。", "t", published="2024")
    good = row("产值", lower=3.0, upper=5.0, comparator="range", unit="enterprises")
    bad = row("产值", lower=3.0, upper=6.0, comparator="range", unit="enterprises")
    assert "value" in right_fields(good, statement)
    assert "value" not in right_fields(bad, statement)


def test_a_truth_file_without_its_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("quote,value\na,1\n", encoding="utf-8")
    with pytest.raises(FileFormatError, match="char_start"):
        read_truth(path)


@pytest.mark.shared
def test_documents_read_as_well_as_promised(shared: Path) -> None:
    truth = shared / "truth"
    totals = {"zh": [0, 0, 0], "en": [0, 0, 0]}
    noise = 0
    for table in [truth / "seed_statements.csv", *sorted((truth / "plans").glob("*.csv"))]:
        for name, rows in read_truth(table).items():
            path = shared / "seeds" / name if (shared / "seeds" / name).exists() else truth / "plans" / name
            report = score(rows, read_documents([path]))
            noise += report.total.noise_hit
            for lang, part in report.by_language.items():
                for at, count in enumerate((part.right, part.core, part.counted)):
                    totals[lang][at] += count
    for right, core, counted in totals.values():
        assert right / core >= 0.85
        assert right / counted >= 0.85
    assert noise <= 1


def test_a_quote_that_is_only_a_figure_is_in_the_documents_language() -> None:
    statements = extract(TEXT, "t", published="2024")[:2]
    rows = [row("850亿元", value=85e9, start=TEXT.index("850")), row("20家", value=20, unit="enterprises")]
    bare = row("20", value=20, unit="enterprises", start=TEXT.index("20家"))
    assert score([rows[0], bare], statements).by_language["zh"].core == 2
    assert score([rows[0], bare], statements).by_language["en"].core == 0
