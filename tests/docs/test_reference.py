"""The generated reference is what the code says now."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.reference import pages

PAGES = pages()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_is_up_to_date(repository: Path, name: str) -> None:
    written = (repository / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == PAGES[name], "run `make docs`"
