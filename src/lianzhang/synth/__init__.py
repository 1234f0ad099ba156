"""Made-up regions of any size, for the demo, tests and benchmarks. Nothing in them is real, and every row says so."""

from lianzhang.synth.model import ROOT, Size
from lianzhang.synth.region import NAME, TITLE, region, tables_of, write_region

__all__ = ["NAME", "ROOT", "TITLE", "Size", "region", "tables_of", "write_region"]
