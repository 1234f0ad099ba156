"""Finished firms of a running rank, kept beside the output so that nothing is computed twice.

One append-only file per output and set of inputs. A frame is a header (magic, number of records, CRC-32) and its
records; a frame torn by a kill is recognised and cut off, so the file is whole again after the next append.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
import zlib
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lianzhang.risk.model import FirmNetwork

RECORD = np.dtype([("firm", "<i8"), ("esri", "<f8"), ("down", "<f8"), ("up", "<f8"), ("steps", "<i4")])
_FRAME = struct.Struct("<4sII")
_MAGIC = b"LZr1"


def key(network: FirmNetwork, epsilon: float, max_steps: int, version: str) -> str:
    """Hash of all that a firm's result depends on."""
    digest = hashlib.sha256(f"{version}|{epsilon!r}|{max_steps}|{network.types.shape}".encode())
    for array in (network.supplier, network.buyer, network.sales, network.sector, network.types):
        digest.update(np.ascontiguousarray(array).view(np.uint8).data)
    return digest.hexdigest()[:16]


class Checkpoint:
    """The part file of one output. Use as a context manager."""

    def __init__(self, out: Path, run_key: str) -> None:
        self.path = out.with_name(f"{out.name}.{run_key}.part")
        self.done = np.empty(0, RECORD)

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = self.path.open("a+b")
        self.done, whole = _read(self.path)
        self._stream.truncate(whole)
        return self

    def append(self, records: NDArray[np.void]) -> None:
        """Add finished firms; they survive a kill from here on."""
        payload = records.tobytes()
        self._stream.write(_FRAME.pack(_MAGIC, len(records), zlib.crc32(payload)) + payload)
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def remove(self) -> None:
        """Forget the part file; the output is complete."""
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()


def _read(path: Path) -> tuple[NDArray[np.void], int]:
    """All whole records and the length of the file up to which it is whole."""
    data = path.read_bytes()
    parts = [np.empty(0, RECORD)]
    place = 0
    while place + _FRAME.size <= len(data):
        magic, count, crc = _FRAME.unpack_from(data, place)
        end = place + _FRAME.size + count * RECORD.itemsize
        payload = data[place + _FRAME.size : end]
        if magic != _MAGIC or end > len(data) or zlib.crc32(payload) != crc:
            break
        parts.append(np.frombuffer(payload, RECORD))
        place = end
    return np.concatenate(parts), place
