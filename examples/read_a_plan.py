"""Read targets out of the text of a plan, Chinese and English, and see what cannot both hold.

    python examples/read_a_plan.py

The two texts are made up. They give the output of new-energy vehicles in 2025 a figure that differs by a factor of ten.
"""

import lianzhang as lz

PLAN = """青溪市汽车产业计划（2024—2027年）
到2025年，新能源汽车产量达到10万辆，年均增长12%以上。
到2027年，汽车产业营业收入突破800亿元，培育10家以上专精特新企业。
"""
NEWS = """Qingxi builds new-energy vehicles
By 2025, the city's output of new energy vehicles will reach 1 million units. Revenue of the industry reached 49 billion
yuan in 2023, up 8 percent year on year.
"""


def main() -> None:
    """Print every statement with its line, and the findings between the two texts."""
    statements = lz.read_text(PLAN, "plan.txt") + lz.read_text(NEWS, "news.txt")
    for s in statements:
        figure = s.value if s.value is not None else (s.lower, s.upper)
        print(
            f"{s.source}:{s.line}  {s.kind:9} {s.indicator} {s.comparator} {figure} {s.unit} "
            f"({s.measure}, {s.period_end or 'no date'})"
        )
    for finding in lz.contradictions(statements):
        print(f"{finding.kind}: {finding.text.en}")


if __name__ == "__main__":
    main()
