"""Fixtures for the whole suite."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from lianzhang.compute.spark import SparkCompute

# Shared machines are slow now and then; a property is wrong or right, never late.
settings.register_profile(
    "lianzhang", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("lianzhang")

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with evaluation material that is not part of the project; the test is skipped where it is absent."""
    folder = Path(os.environ.get("LIANZHANG_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "truth").is_dir():
        pytest.skip(f"evaluation material is not at {folder}")
    return folder


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkCompute]:
    """Spark with two worker processes on this machine; the test is skipped where pyspark or Java is absent."""
    pytest.importorskip("pyspark", reason="pyspark is not installed")
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        pytest.skip("Spark needs Java, which is not installed")
    from lianzhang.compute.spark import SparkCompute

    # The rest of the suite runs at the same time: little memory, and no more shuffle tasks than there are workers.
    small = {"spark.driver.memory": "1g", "spark.sql.shuffle.partitions": "2"}
    with SparkCompute("local[2]", small) as machines:
        yield machines


@pytest.fixture(autouse=True)
def _no_user_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the developer's own settings and locale out of the tests."""
    for name in list(os.environ):
        if name.startswith("LIANZHANG_") and name != "LIANZHANG_SHARED":
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "no-config"))
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
