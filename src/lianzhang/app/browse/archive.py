"""Unpack what was uploaded, without trusting it: places, sizes, compression."""

from __future__ import annotations

import shutil
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lianzhang.errors import FileFormatError, InputError
from lianzhang.i18n import Text

_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may hold: ``files``, ``bytes`` unpacked in all, and ``ratio`` of unpacked to packed bytes."""

    files: int = 2_000
    bytes: int = 2 << 30
    ratio: float = 200.0
    #: Small archives of much repetition are harmless.
    free_bytes: int = 1 << 20


class ArchiveError(InputError):
    """An archive is not what may be unpacked."""

    code = "archive"
    title = Text("压缩包不可接受", "Archive refused")


def unpack(archive: Path, target: Path, limits: Limits | None = None) -> Path:
    """Unpack a zip into a folder; the pack's folder in it (the one that holds ``datapackage.json``, else the folder).

    Raises:
        FileFormatError: it is no zip, or damaged.
        ArchiveError: a name leads out of the folder, a member is a link, or it unpacks to too much.
    """
    allowed = limits or Limits()
    try:
        with zipfile.ZipFile(archive) as opened:
            _check(opened, archive.stat().st_size, allowed)
            _extract(opened, target, allowed)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise FileFormatError(
            Text(f"{archive.name} 不是可读的 zip：{error}", f"{archive.name} is not a readable zip: {error}"),
            hint=Text("重新压缩为普通 zip，不加密", "zip it again, plain and without a password"),
        ) from error
    found = sorted(target.rglob("datapackage.json"), key=lambda p: len(p.parts))
    return found[0].parent if found else target


def check_zipped(document: Path, limits: Limits | None = None) -> None:
    """Look at a document that is a zip inside (docx, xlsx) before a library opens it; others pass.

    Raises:
        ArchiveError: it would unpack to too much.
        FileFormatError: it is damaged.
    """
    if not zipfile.is_zipfile(document):
        return
    try:
        with zipfile.ZipFile(document) as opened:
            _check(opened, document.stat().st_size, limits or Limits(bytes=256 << 20))
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise FileFormatError(
            Text(f"{document.name} 已损坏：{error}", f"{document.name} is damaged: {error}")
        ) from error


def _check(opened: zipfile.ZipFile, packed: int, limits: Limits) -> None:
    members = opened.infolist()
    if len(members) > limits.files:
        raise ArchiveError(
            Text(f"文件多于 {limits.files} 个", f"it holds more than {limits.files} files"),
            details={"files": len(members)},
        )
    for member in members:
        _check_name(member)
    total = sum(m.file_size for m in members)
    if total > limits.bytes or (total > limits.free_bytes and total > limits.ratio * max(packed, 1)):
        raise _too_much(total, packed)


def _check_name(member: zipfile.ZipInfo) -> None:
    name = member.filename
    path = PurePosixPath(name)
    kind = member.external_attr >> 16
    outside = path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name
    if outside or stat.S_ISLNK(kind) or (kind and stat.S_IFMT(kind) not in (0, stat.S_IFREG, stat.S_IFDIR)):
        raise ArchiveError(
            Text(f"压缩包里有不可接受的条目：{name!r}", f"it holds an entry that is not accepted: {name!r}"),
            hint=Text("只放普通文件，用相对路径", "only plain files under relative names"),
            details={"name": name},
        )


def _extract(opened: zipfile.ZipFile, target: Path, limits: Limits) -> None:
    """Unpack by counting what really comes out; the sizes in the directory are only claims."""
    left = limits.bytes
    for member in opened.infolist():
        place = target.joinpath(*PurePosixPath(member.filename).parts)
        if member.is_dir():
            place.mkdir(parents=True, exist_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        with opened.open(member) as source, place.open("wb") as sink:
            while block := source.read(_BLOCK):
                left -= len(block)
                if left < 0:
                    shutil.rmtree(target, ignore_errors=True)
                    raise _too_much(limits.bytes, 0)
                sink.write(block)


def _too_much(unpacked: int, packed: int) -> ArchiveError:
    return ArchiveError(
        Text(
            f"解压后约 {unpacked:,} 字节，超出限制", f"it unpacks to {unpacked:,} bytes, more than the limit"
        ),
        hint=Text("在服务器上用命令行载入大数据包", "load large packs with the command line on the server"),
        details={"unpacked_bytes": unpacked, "packed_bytes": packed},
    )
