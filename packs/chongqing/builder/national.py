"""Input coefficients of the vehicle chain below the level of the city's 42 sectors, from the national table of 2018."""

from __future__ import annotations

from builder.core import MAPS, Pack, read
from builder.figures import Figures

_CHINA = "100000"
_SOURCE = {"source_id": "io-national-2018", "status": "derived"}

#: Buyer → indicator; English names for the sectors that the chain needs.
BUYERS = {
    "36077": "input_coefficient_vehicles",
    "36078": "input_coefficient_vehicle_parts",
    "37081": "input_coefficient_other_transport",
    "38082": "input_coefficient_motors",
    "38085": "input_coefficient_batteries",
    "39092": "input_coefficient_electronic_components",
}
_ENGLISH = {
    "36077": "Complete vehicles",
    "36078": "Vehicle parts and accessories",
    "37081": "Other transport equipment",
    "38082": "Electric motors",
    "38085": "Batteries",
    "39092": "Electronic components",
}


def add_national_sectors(pack: Pack) -> None:
    """The sectors of the national table that the coefficients name; the first two digits are the division."""
    names = {r["input"]: r["name"] for r in read(MAPS / "national_coefficients.csv") if r["input"] != "share"}
    for code in sorted(names):
        pack.add(
            "sectors",
            sector_id=f"io153:{code}",
            classification="io153",
            code=code,
            name_zh=names[code],
            name_en=_ENGLISH.get(code, ""),
            depth="1",
            source_id="io-national-2018",
            status="official",
        )


def add_national(figures: Figures) -> None:
    """One observation of China, 2018, per buyer and input."""
    for row in read(MAPS / "national_coefficients.csv"):
        share = row["input"] == "share"
        figures.add(
            indicator_id="output_share_of_division" if share else BUYERS[row["buyer"]],
            region_id=_CHINA,
            sector_id=f"io153:{row['buyer'] if share else row['input']}",
            period="2018",
            value=row["coefficient"].rstrip("0"),
            **_SOURCE,
        )
