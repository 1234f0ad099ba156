"""Every error as a problem object in the language asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from lianzhang import errors
from lianzhang.api import problems
from lianzhang.api.language import choose_media, weighted
from lianzhang.app.browse.archive import ArchiveError
from lianzhang.app.browse.jobs import JobsFullError
from lianzhang.errors import LianzhangError, MissingExtraError, UnknownNameError
from lianzhang.i18n import Text
from tests.api.conftest import API, BASE, serve


def _all(cls: type[LianzhangError]) -> list[type[LianzhangError]]:
    return [cls, *(leaf for child in cls.__subclasses__() for leaf in _all(child))]


OURS = (errors.__name__, problems.__name__, ArchiveError.__module__, JobsFullError.__module__)
CLASSES = [c for c in _all(LianzhangError) if c.__module__ in OURS]


def _made(cls: type[LianzhangError]) -> LianzhangError:
    if cls is UnknownNameError:
        return UnknownNameError(Text("区域", "region"), "x", ["y"])
    if cls is MissingExtraError:
        return MissingExtraError("splink", "linkage")
    return cls(Text("出了事", "it happened"), hint=Text("这样办", "do this"), details={"n": 1})


@pytest.fixture(scope="module")
def failing(served_store: Path) -> FastAPI:
    app = serve(served_store)

    @app.get("/fail/{name}", include_in_schema=False)
    def fail(name: str) -> None:
        if name == "bug":
            raise ZeroDivisionError("secret detail")
        raise _made(next(c for c in CLASSES if c.__name__ == name))

    return app


def test_there_are_classes_to_try() -> None:
    assert len(CLASSES) >= 24


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
@pytest.mark.parametrize(("lang", "key"), [("zh", 0), ("en", 1)])
def test_every_class_is_a_problem_object(
    failing: FastAPI, cls: type[LianzhangError], lang: str, key: int
) -> None:
    error = _made(cls)
    with TestClient(failing, base_url=BASE, raise_server_exceptions=False) as client:
        for answer in (
            client.get(f"/fail/{cls.__name__}", params={"lang": lang}),
            client.get(f"/fail/{cls.__name__}", headers={"Accept-Language": f"fr;q=0.9, {lang}-XX;q=0.8"}),
        ):
            assert answer.status_code == error.http_status
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["content-language"].startswith(lang)
            body = problems.Problem.model_validate(answer.json())
            assert body.detail == error.message[key]
            assert body.code == cls.code
            assert body.title == cls.title[key]
            assert body.hint == (error.hint[key] if error.hint else None)
            assert body.type == f"urn:lianzhang:error:{cls.code}"


def test_codes_tell_classes_apart() -> None:
    codes = [c.code for c in CLASSES]
    assert len(set(codes)) == len(codes)


def test_a_fault_tells_nothing_of_the_inside(failing: FastAPI) -> None:
    with TestClient(failing, base_url=BASE, raise_server_exceptions=False) as client:
        answer = client.get("/fail/bug")
    assert answer.status_code == 500
    assert answer.json()["code"] == "fault"
    assert "secret" not in answer.text
    assert "Zero" not in answer.text


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nowhere", 404, "no-such-page"),
        ("/api/v1/atlantis/firms", 404, "not-loaded"),
        (f"{API}/firms/firm/nobody", 404, "unknown-name"),
        (f"{API}/plan/targets/none", 404, "unknown-name"),
        (f"{API}/figures/none.svg", 404, "unknown-name"),
        (f"{API}/figures/disagreements-voices.svg", 404, "unknown-name"),
        (f"{API}/chain/map?taxonomy=none", 404, "unknown-name"),
        (f"{API}/chain/nodes/none/candidates", 404, "unknown-name"),
        (f"{API}/runs/none", 404, "unknown-name"),
        ("/api/v1/jobs/none", 404, "unknown-name"),
        (f"{API}/places/specialisation?period=1950", 409, "not-computable"),
        (f"{API}/plan/need", 422, "invalid-request"),
        (f"{API}/report.pdf", 422, "invalid-request"),
        (f"{API}/firms?limit=0", 422, "invalid-request"),
        (f"{API}/firms?lang=fr", 422, "invalid-request"),
    ],
)
def test_problems_met_on_the_way(client: TestClient, path: str, status: int, code: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("name", ["langu", "990000", "-"])
def test_a_region_goes_by_name_id_and_default(client: TestClient, name: str) -> None:
    assert client.get(f"/api/v1/{name}/chain/clusters").json()["total"] > 0


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..%2f..%2fetc", "%2e%2e/x", "langu/../..", "....//", "\\..\\", "%00", "a" * 201],
)
def test_no_way_out_through_names(client: TestClient, name: str) -> None:
    for path in (
        f"/api/v1/{name}/firms",
        f"{API}/plan/documents/{name}",
        f"{API}/runs/{name}/{name}",
        f"{API}/figures/{name}.svg",
        f"/api/v1/jobs/{name}/file",
    ):
        answer = client.get(path)
        assert answer.status_code in (404, 422), path
        assert "root:" not in answer.text


def test_weights_of_accepted_formats() -> None:
    assert weighted("a;q=0.1, b, c;q=0, d;q=x, , e;q=0.5") == [("b", 1.0), ("e", 0.5), ("a", 0.1)]
    assert choose_media("", ("x/y",)) == "x/y"
    assert choose_media("a/b", ("x/y",)) is None
    assert choose_media("X/*;q=0.1, z/z", ("x/y", "z/z")) == "z/z"
