"""Types of inputs; the stress tests themselves are written by hand in ``tables/scenarios.csv``."""

from __future__ import annotations

from builder.core import MAPS, Pack, read


def add_input_types(pack: Pack) -> None:
    """Whether a sector stops without an input, aggregated from a survey by ``derive_types.py``."""
    for row in read(MAPS / "input_types.csv"):
        pack.add("input_types", **row, source_id="pichler-2022", status="derived")
