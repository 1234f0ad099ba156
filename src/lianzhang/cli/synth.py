"""`lianzhang synth`: make up a region."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from lianzhang.cli import _common
from lianzhang.i18n import Text


def synth(
    folder: Path,
    *,
    firms: int = 1000,
    seed: Annotated[int, _common.at_least(0, "--seed")] = 1,
    districts: int = 24,
    io_sectors: int = 12,
    name: str = "langu",
    file_format: Annotated[Literal["csv", "parquet"] | None, Parameter("--format")] = None,
) -> None:
    """Make up a region of any size and write it as a pack; every row is marked as synthetic.

    Parameters
    ----------
    folder
        New or empty folder.
    firms
        Number of firms.
    seed
        The same seed gives the same region.
    districts
        Number of districts.
    io_sectors
        Number of sectors of the input–output table.
    name
        Short name of the region.
    file_format
        CSV, or Parquet, which is the default from 200,000 firms on.
    """
    from lianzhang.errors import UsageError
    from lianzhang.synth import Size, write_region

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            Text(f"{folder} 已有内容", f"{folder} is not empty"),
            hint=Text("换一个新文件夹", "choose a new folder"),
            details={"folder": str(folder)},
        )
    size = Size(firms=firms, districts=districts, io_sectors=io_sectors)
    with _common.progress(Text("生成虚构区域", "making up a region")):
        write_region(folder, size, seed, name=name, format=file_format)
    _common.say(
        Text(
            f"已写好虚构区域 {folder}（{firms:,} 家企业）；载入：lianzhang pack load {folder}",
            f"wrote the made-up region {folder} ({firms:,} firms); load it: lianzhang pack load {folder}",
        )
    )
