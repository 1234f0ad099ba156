"""Schemathesis against a running server: how many cases, how many findings (there must be none)."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.registry import Case, Variant, register

_TOKEN = "the-token-of-the-fuzzer"
_SERVE = """
import sys
from pathlib import Path
from lianzhang.api import create_api
from lianzhang.api.access import open_access
from lianzhang.api.server import listen, run
from lianzhang.config import Settings
bound = listen("127.0.0.1", 0)
print(bound.getsockname()[1], flush=True)
run(create_api(Settings(store=Path(sys.argv[1])), access=open_access("127.0.0.1", sys.argv[2])), bound)
"""
# That the simulation ends after the shock begins is a rule between two numbers, which a schema cannot say: a scenario
# that breaks it is described as allowed, and refused with 422 and the reason. Nor can it say that a figure's status may be
# left out only where its source is known as official. Everything else is checked there too.
_CONFIG = """
[parameters]
region = "langu"

[[operations]]
include-path-regex = "/(risk/(shocks|remedies)|plan/observations)$"
checks.positive_data_acceptance.enabled = false
"""


def make(examples: int) -> dict[str, Any]:
    """A store with a small made-up region."""
    from lianzhang.store import Store, load_pack
    from lianzhang.synth import Size, write_region

    folder = Path(tempfile.mkdtemp(prefix="lianzhang-fuzz-"))
    load_pack(
        Store(folder / "store"), write_region(folder / "pack", Size(firms=200, districts=8), seed=1).parent
    )
    return {"folder": folder, "examples": examples}


def ours(data: dict[str, Any]) -> dict[str, Any]:
    """Run it: cases, findings, and where the report on findings lies."""
    folder = data["folder"]
    command = [sys.executable, "-W", "ignore", "-c", _SERVE, str(folder / "store"), _TOKEN]
    (folder / "schemathesis.toml").write_text(_CONFIG, encoding="utf-8")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        try:
            done = subprocess.run(
                [
                    str(
                        shutil.which("schemathesis", path=str(Path(sys.executable).parent)) or "schemathesis"
                    ),
                    "--config-file",
                    str(folder / "schemathesis.toml"),
                    "run",
                    f"http://127.0.0.1:{port}/api/v1/openapi.json",
                    "--header",
                    f"Authorization: Bearer {_TOKEN}",
                    "--phases",
                    "coverage,fuzzing",
                    "--max-examples",
                    str(data["examples"]),
                    "--continue-on-failure",
                    "--no-color",
                ],
                capture_output=True,
                text=True,
                check=False,
                cwd=folder,
            )
        finally:
            server.terminate()
    counted = re.search(r"(\d[\d,]*) generated", done.stdout)
    if counted is None:
        raise RuntimeError(done.stdout[-4_000:] + done.stderr[-4_000:])
    found = re.findall(r"- (ST\d+ .*)", done.stdout)
    if found:
        (folder / "report.txt").write_text(done.stdout, encoding="utf-8")
    return {
        "cases": int(counted[1].replace(",", "")),
        "findings": len(found),
        "what": "; ".join(sorted(set(found))) or "nothing",
        "report": str(folder / "report.txt") if found else "none",
    }


register(
    Case(
        name="api.fuzz",
        make=make,
        sizes={"10,000 cases": {"examples": 3}, "many more": {"examples": 60}},
        slow=frozenset({"10,000 cases", "many more"}),
        goal="schemathesis finds nothing in 10,000 cases",
        variants=(Variant("lianzhang", ours, role="ours", needs=("schemathesis",)),),
    )
)
