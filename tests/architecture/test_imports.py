"""Rules about imports that import-linter's contracts cannot express."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "lianzhang"
KERNELS = sorted(p for p in SOURCE.rglob("*.py") if "kernel" in p.relative_to(SOURCE).with_suffix("").parts)
HEAVY = (
    "duckdb",
    "pyarrow",
    "numpy",
    "scipy",
    "numba",
    "openpyxl",
    "docx",
    "jinja2",
    "pydantic",
    "pandas",
    "shapely",
)


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_there_are_kernels_to_check() -> None:
    assert len(KERNELS) >= 4


@pytest.mark.parametrize("path", KERNELS, ids=lambda p: str(p.relative_to(SOURCE)))
def test_a_kernel_imports_only_numbers_and_the_standard_library(path: Path) -> None:
    # llvmlite is how numba is told of a machine instruction; it comes with numba.
    allowed = {"numpy", "scipy", "numba", "llvmlite", "lianzhang"} | set(sys.stdlib_module_names)
    own = {"errors", "i18n", path.relative_to(SOURCE).parts[0]}
    for name in _imports(path):
        assert name.split(".")[0] in allowed, f"{path} imports {name}"
        if name.startswith("lianzhang."):
            assert name.split(".")[1] in own, f"{path} imports {name}"
    assert not _imports(path) & {"logging", "time", "datetime.datetime"}, "a kernel has no log and no clock"


@pytest.mark.parametrize("arguments", [["--help"], ["config", "show"], ["--version"]])
def test_the_command_line_starts_without_heavy_modules(arguments: list[str]) -> None:
    code = (
        "import sys; from lianzhang.cli import main; code = main(sys.argv[1:]); "
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == "[]"


def test_files_stay_short() -> None:
    long = {
        str(p.relative_to(SOURCE)): n
        for p in SOURCE.rglob("*.py")
        if (n := len(p.read_text().splitlines())) > 520
    }
    assert not long
