"""From the engines' results to the report that an office forwards."""

from lianzhang.app.report.build import build_report

__all__ = ["build_report"]
