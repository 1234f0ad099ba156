"""One port for work that spreads: ``map(fn, items)`` and ``sql(query)``; local processes behind it now."""

from lianzhang.compute.local import LocalCompute
from lianzhang.compute.port import Compute

__all__ = ["Compute", "LocalCompute"]
