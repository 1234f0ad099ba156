"""``python -m lianzhang``."""

from lianzhang.cli import run

run()
