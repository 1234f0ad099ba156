"""Arrays in one file that workers map into memory: on one machine all of them read the same pages.

The file is a header line of JSON (name, type, shape and place of every array), padded, then the bytes of the arrays,
each on a 64-byte boundary. It is an exchange between processes of one run, not a format to keep data in.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ALIGN = 64


@dataclass(frozen=True, slots=True)
class SharedFile:
    """Arrays in a file that has the same path for every worker."""

    path: str

    def open(self) -> dict[str, NDArray[Any]]:
        """The arrays by name, mapped from the file."""
        return map_arrays(Path(self.path))


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays for :func:`map_arrays`."""
    places: list[dict[str, Any]] = []
    place = 0
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    for name, array in whole.items():
        places.append({"name": name, "type": array.dtype.str, "shape": array.shape, "place": place})
        place += -(-array.nbytes // _ALIGN) * _ALIGN
    head = json.dumps(places).encode() + b"\n"
    head = head[:-1].ljust(-(-len(head) // _ALIGN) * _ALIGN - 1) + b"\n"
    with path.open("wb") as stream:
        stream.write(head)
        for array in whole.values():
            if array.size:
                stream.write(array.reshape(-1).view(np.uint8).data)
            stream.write(b"\0" * (-array.nbytes % _ALIGN))


def map_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a file, read from disk when they are first touched.

    They are mapped copy-on-write: numba takes them as ordinary arrays, so that workers run the very code that runs
    without them, and a worker that wrote to one would change its own copy only.
    """
    with path.open("rb") as stream:
        head = stream.readline()
    found = {}
    for item in json.loads(head):
        shape, kind = tuple(item["shape"]), np.dtype(item["type"])
        if 0 in shape:  # nothing to map
            found[item["name"]] = np.zeros(shape, kind)
        else:
            mapped = np.memmap(path, kind, "c", len(head) + item["place"], shape)
            found[item["name"]] = mapped.view(np.ndarray)
    return found


@contextmanager
def shared_file(arrays: Mapping[str, NDArray[Any]], suffix: str = "") -> Iterator[Path]:
    """A file of these arrays with a name of its own; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="lianzhang-") as folder:
        # The folder's name is nowhere else: a file name made from it is fit for folders shared by many runs.
        path = Path(folder) / f"{Path(folder).name}{suffix}.arrays"
        write_arrays(path, arrays)
        yield path
