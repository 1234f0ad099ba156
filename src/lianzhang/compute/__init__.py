"""One port for work that spreads: ``map(fn, items)``, ``share(arrays)``, ``sql(query)``; local processes or Spark behind it."""

from lianzhang.compute.local import LocalCompute
from lianzhang.compute.port import Compute, Shared

__all__ = ["Compute", "LocalCompute", "Shared"]
