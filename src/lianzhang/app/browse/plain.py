"""Results as plain values that JSON knows: texts in both languages, periods as text, what is not known as null."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lianzhang.i18n import Text
from lianzhang.schema.period import Period


def plain(value: Any) -> Any:
    """A result as dicts, lists, text, numbers and None."""
    match value:
        case None | bool() | str() | int() if not isinstance(value, enum.Enum):
            return value
        case float():
            return value if math.isfinite(value) else None
        case Text():
            return {"zh": value.zh, "en": value.en}
        case Period():
            return value.text
        case enum.Enum():
            return value.name.lower()
        case datetime.date():
            return value.isoformat()
        case Path():
            return str(value)
        case np.ndarray() | np.generic():
            return plain(value.tolist())
        case Mapping():
            return {str(k): plain(v) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(v) for v in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    raise TypeError(f"not a plain value: {type(value).__name__}")
