"""The public interface: light to import, every name resolves, typed and documented."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import lianzhang
from tools.public_api import WORDS, page

NAMES = [name for name in lianzhang.__all__ if name != "__version__"]
HEAVY = ("numpy", "scipy", "numba", "pyarrow", "duckdb", "openpyxl", "docx", "rich", "cyclopts")


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_resolves_and_says_what_it_does(name: str) -> None:
    value = getattr(lianzhang, name)
    assert callable(value)
    assert (value.__doc__ or "").strip(), f"{name} has no docstring"
    assert not value.__doc__.startswith(f"{value.__name__}("), f"{name} has only the signature as docstring"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonesuch'"):
        _ = lianzhang.nonesuch
    assert set(NAMES) <= set(dir(lianzhang))


def test_no_public_name_hides_a_package() -> None:
    folder = Path(lianzhang.__file__).parent
    packages = {p.stem for p in folder.iterdir() if p.suffix == ".py" or p.is_dir()}
    assert not packages & set(NAMES)


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = f"import sys, lianzhang; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_stub_gives_every_name_the_same_home() -> None:
    stub = Path(lianzhang.__file__).with_suffix(".pyi")
    homes: dict[str, str] = {}
    listed: set[str] = set()
    for node in ast.parse(stub.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            module = (node.module or "").removeprefix("lianzhang.")
            homes |= {alias.asname or alias.name: f"{module}:{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Assign):
            listed = set(ast.literal_eval(node.value))
    assert homes == lianzhang._HOMES
    assert listed == set(lianzhang.__all__)


def test_every_public_name_is_in_the_reference(repository: Path) -> None:
    written = (repository / "docs" / "reference" / "api-python.md").read_text(encoding="utf-8")
    assert re.findall(r"^### (\w+)$", written, re.MULTILINE) == re.findall(
        r"^### (\w+)$", page(), re.MULTILINE
    )
    assert written == page(), "run `make docs`"
    assert set(re.findall(r"^### (\w+)$", written, re.MULTILINE)) == set(NAMES)
    assert {home.partition(":")[0].partition(".")[0] for home in lianzhang._HOMES.values()} == set(WORDS)
