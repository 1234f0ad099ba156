"""What a made-up region is asked to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lianzhang.errors import UsageError
from lianzhang.i18n import Text

SOURCE = "synth"
STATUS = "synthetic"
PROVENANCE: dict[str, Any] = {"source_id": SOURCE, "status": STATUS}
#: First two digits that GB/T 2260 gives to no province, so that no code can be that of a real place or firm.
ROOT = "990000"
FIRST_YEAR, LAST_YEAR = 2012, 2024


@dataclass(frozen=True, slots=True)
class Size:
    """How large the region is.

    ``io_sectors`` is the number of sectors of its input–output table.
    """

    firms: int = 1000
    districts: int = 24
    io_sectors: int = 12

    def __post_init__(self) -> None:
        if self.firms < 0 or self.districts < 1 or self.io_sectors < 2:
            raise UsageError(
                Text("规模不对", "not a possible size"),
                hint=Text(
                    "企业数不小于 0，区县至少 1 个，投入产出部门至少 2 个",
                    "firms at least 0, districts at least 1, input–output sectors at least 2",
                ),
            )

    @property
    def district_ids(self) -> list[str]:
        """Ids of the districts."""
        return [f"99{number:04d}" for number in range(101, 101 + self.districts)]
