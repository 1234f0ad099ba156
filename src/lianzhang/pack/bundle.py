"""Packs that come with the software, and finding a pack by name or folder."""

from __future__ import annotations

from pathlib import Path

from lianzhang.errors import UnknownNameError, UsageError
from lianzhang.i18n import Text
from lianzhang.pack.package import FILE

_BUNDLED = Path(__file__).parent / "bundled"


def bundled() -> dict[str, Path]:
    """Name → folder of the packs that come with the software."""
    if not _BUNDLED.is_dir():
        return {}
    return {entry.name: entry for entry in sorted(_BUNDLED.iterdir()) if (entry / FILE).is_file()}


def find_pack(where: str | Path) -> Path:
    """The folder of a pack, given the folder (or its `datapackage.json`) or the name of a bundled one.

    Raises:
        UsageError: a file other than `datapackage.json`.
        UnknownNameError: neither a folder nor a bundled pack.
    """
    path = Path(where)
    if path.name == FILE and path.is_file():
        return path.parent
    if path.is_dir():
        return path
    known = bundled()
    if str(where) in known:
        return known[str(where)]
    if path.is_file():
        raise UsageError(
            Text(f"{path} 是一个文件，不是数据包", f"{path} is a file, not a pack"),
            hint=Text(
                f"写数据包的文件夹，即有 {FILE} 的那个", f"give the folder of the pack, the one with {FILE}"
            ),
        )
    raise UnknownNameError(Text("数据包或文件夹", "pack or folder"), str(where), known)
