"""Who may do what: token, session, host names, origins, headers, sizes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from lianzhang.api.access import COOKIE, is_loopback, open_access
from lianzhang.api.guard import BODY_BYTES, HEADERS
from lianzhang.api.respond import digest
from lianzhang.cli.serve import serve as serve_command
from lianzhang.errors import UsageError
from tests.api.conftest import API, BASE, TOKEN, serve

WRITES = [
    ("POST", f"{API}/plan/observations"),
    ("POST", f"{API}/plan/documents"),
    ("POST", f"{API}/plan/documents/0123456789abcdef/decisions"),
    ("POST", f"{API}/plan/documents/0123456789abcdef/decisions/batch"),
    ("POST", f"{API}/firms/registers"),
    ("POST", f"{API}/firms/registers/fedcba9876543210"),
    ("POST", f"{API}/firms/registers/fedcba9876543210/look"),
    ("DELETE", f"{API}/firms/registers/fedcba9876543210"),
    ("POST", f"{API}/runs"),
    ("POST", f"{API}/risk/rank"),
    ("POST", f"{API}/risk/remedies"),
    ("POST", f"{API}/risk/runs"),
    ("POST", f"{API}/risk/shocks"),
    ("POST", "/api/v1/packs"),
    ("DELETE", "/api/v1/jobs/x"),
]
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def test_the_list_of_writes_is_complete(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()["paths"]
    found = {(m.upper(), p) for p, item in described.items() for m in item if m not in ("get", "parameters")}
    known = {(m, re.sub(r"langu", "{region}", p)) for m, p in WRITES}
    known = {
        (
            m,
            p.replace("0123456789abcdef", "{document_id}")
            .replace("fedcba9876543210", "{register_id}")
            .replace("/jobs/x", "/jobs/{job_id}"),
        )
        for m, p in known
    }
    assert found == known | {("POST", "/api/v1/session"), ("DELETE", "/api/v1/session")}
    for method, path in known:
        assert described[path][method.lower()]["security"], path


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize("shown", [None, "Bearer wrong-token-of-some-length", "Basic YTpi", "Bearer "])
def test_writing_without_the_token_is_refused(
    client: TestClient, method: str, path: str, shown: str | None
) -> None:
    answer = client.request(method, path, headers={"Authorization": shown} if shown else {}, json={})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "access"


@pytest.mark.parametrize("path", ["/api/v1/jobs", f"{API}/audit"])
def test_what_only_writers_may_read(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 401
    assert client.get(path, headers=BEARER).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:8033", "192.168.1.4:8033", "", "[::2]"]
)
def test_other_host_names_are_refused(client: TestClient, host: str) -> None:
    answer = client.get("/health", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (403, "refused")


@pytest.mark.parametrize("host", ["localhost:1234", "127.0.0.1", "[::1]:8033", "LOCALHOST"])
def test_names_of_this_machine_are_good(client: TestClient, host: str) -> None:
    assert client.get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_sites_may_not_write_even_with_the_token(client: TestClient, headers: dict[str, str]) -> None:
    for method, path in WRITES:
        answer = client.request(method, path, headers=BEARER | headers, json={})
        assert (answer.status_code, answer.json()["code"]) == (403, "refused")


def test_a_session_stands_for_the_token_only_on_our_pages(own_store: Path) -> None:
    with TestClient(serve(own_store), base_url=BASE) as browser:
        ours = {"Origin": BASE, "Sec-Fetch-Site": "same-origin"}
        assert browser.post("/api/v1/session", json={"token": "wrong"}, headers=ours).status_code == 401
        begun = browser.post("/api/v1/session", json={"token": TOKEN}, headers=ours)
        assert begun.status_code == 204
        cookie = begun.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert TOKEN not in cookie
        assert browser.get("/api/v1/jobs").status_code == 403, "a cookie alone does not say who asks"
        assert browser.get("/api/v1/jobs", headers=ours).status_code == 200
        assert browser.post(f"{API}/runs", json={"kind": "state"}).status_code == 403
        assert browser.post(f"{API}/runs", json={"kind": "report"}, headers=ours).status_code == 202
        entry = browser.get(f"{API}/audit", headers=ours).json()["items"][0]
        assert (entry["by"], entry["origin"]) == ("session", "page")
        assert browser.delete("/api/v1/session", headers=ours).status_code == 204
        assert COOKIE not in browser.cookies
        assert browser.get("/api/v1/jobs", headers=ours).status_code == 401


def test_a_secure_cookie_over_tls(own_store: Path) -> None:
    with TestClient(serve(own_store), base_url="https://localhost") as browser:
        begun = browser.post(
            "/api/v1/session", json={"token": TOKEN}, headers={"Origin": "https://localhost"}
        )
        assert "Secure" in begun.headers["set-cookie"]


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    answers = [
        client.get("/health"),
        client.get(f"{API}/firms"),
        client.get(f"{API}/firms", params={"nonsense": 1}),
        client.get("/nowhere"),
        client.get("/health", headers={"Host": "evil.example"}),
        client.post(f"{API}/runs"),
        client.put("/health", headers=BEARER),
    ]
    assert [a.status_code for a in answers] == [200, 200, 422, 404, 403, 401, 405]
    for answer in answers:
        for name, value in HEADERS.items():
            assert answer.headers[name.lower()] == value
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy


def test_the_report_may_run_its_own_script_and_style_and_nothing_else(client: TestClient) -> None:
    answer = client.get(f"{API}/report.html", params={"lang": "zh"})
    assert answer.status_code == 200
    policy, html = answer.headers["content-security-policy"], answer.text
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    for tag in ("script", "style"):
        for inside in re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", html, re.DOTALL):
            assert f"'sha256-{digest(inside)}'" in policy
    assert not re.search(
        r"<[^>]+\s(?:style|on\w+)=", re.sub(r"<(style|script).*?</\1>", "", html, flags=re.DOTALL)
    )
    picture = client.get(f"{API}/figures/chain-wall.svg")
    style = re.search(r"<style><!\[CDATA\[(.*?)\]\]></style>", picture.text, re.DOTALL)
    assert style is not None
    assert f"'sha256-{digest(style[1])}'" in picture.headers["content-security-policy"]


def test_a_large_body_is_refused_with_and_without_a_stated_length(client: TestClient) -> None:
    stated = client.post(f"{API}/plan/observations", headers=BEARER, content=b" " * (BODY_BYTES + 1))
    assert (stated.status_code, stated.json()["code"]) == (413, "too-large")

    def pieces() -> object:
        for _ in range(BODY_BYTES // 65536 + 2):
            yield b" " * 65536

    counted = client.post(
        f"{API}/plan/observations",
        headers=BEARER | {"Content-Type": "application/json"},
        content=pieces(),  # type: ignore[arg-type]
    )
    assert (counted.status_code, counted.json()["code"]) == (413, "too-large")


def test_an_upload_beyond_the_limit_is_refused_before_it_is_read(own_store: Path) -> None:
    with TestClient(serve(own_store, upload_bytes=10_000), base_url=BASE, headers=BEARER) as small:
        good = small.post("/api/v1/packs", files={"file": ("p.zip", b"x" * 5_000)})
        assert good.status_code == 202
        large = small.post("/api/v1/packs", files={"file": ("p.zip", b"x" * 20_000)})
        assert (large.status_code, large.json()["code"]) == (413, "too-large")
        assert large.json()["details"]["limit_bytes"] == 10_000


def test_loopback_needs_no_token_and_other_addresses_do() -> None:
    here = open_access("127.0.0.1")
    assert len(here.token) >= 24
    assert not here.read_needs_token
    assert open_access("localhost").token != here.token
    for host, names in (
        ("0.0.0.0", ()),
        ("192.168.1.4", ()),
        ("127.0.0.1", ("plan.example.org",)),
        ("::", ()),
    ):
        with pytest.raises(UsageError) as caught:
            open_access(host, names=names)
        assert caught.value.exit_code == 2
        assert caught.value.hint is not None
        given = open_access(host, "x" * 16, names=names)
        assert given.read_needs_token
        assert not open_access(host, "x" * 16, names=names, open_reading=True).read_needs_token
    for bad in ("short", "x" * 15, "x" * 16 + " ", "令" * 20, "x" * 16 + "\n"):
        with pytest.raises(UsageError):
            open_access("127.0.0.1", bad)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *((host, True) for host in ("127.0.0.1", "127.8.8.8", "::1", "[::1]", "LocalHost")),
        *((host, False) for host in ("0.0.0.0", "::", "10.0.0.1", "example.org", "")),
    ],
)
def test_what_is_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_a_server_for_others_refuses_to_start_without_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError) as caught:
        serve_command(host="0.0.0.0", port=0)
    assert caught.value.exit_code == 2
    assert "LIANZHANG_TOKEN" in caught.value.render("en")
    assert "LIANZHANG_TOKEN" in caught.value.render("zh")
    monkeypatch.setenv("LIANZHANG_TOKEN", "short")
    with pytest.raises(UsageError):
        serve_command(host="0.0.0.0", port=0)


def test_a_server_for_others_reads_only_with_the_token(served_store: Path) -> None:
    closed = serve(served_store, access=open_access("0.0.0.0", TOKEN, names=("plan.example.org",)))
    with TestClient(closed, base_url="https://plan.example.org") as outside:
        assert outside.get("/health").status_code == 200, "supervisors ask without a token"
        for path in (
            f"{API}/firms",
            f"{API}/plan/targets",
            "/api/v1/regions",
            f"{API}/report.html",
            f"{API}/runs",
        ):
            assert outside.get(path).status_code == 401
            assert outside.get(path, headers=BEARER).status_code == 200
        assert outside.get("/api/v1/regions", headers={"Host": "10.1.2.3", **BEARER}).status_code == 200
        assert outside.get("/api/v1/regions", headers={"Host": "other.example", **BEARER}).status_code == 403
        described = outside.get("/api/v1/openapi.json").json()
    for path, item in described["paths"].items():
        if path not in ("/health", "/api/v1/session"):
            assert all(operation.get("security") for operation in item.values()), path
    opened = serve(served_store, access=open_access("0.0.0.0", TOKEN, open_reading=True))
    with TestClient(opened, base_url="http://10.1.2.3") as outside:
        assert outside.get(f"{API}/firms").status_code == 200
        assert outside.post(f"{API}/runs", json={"kind": "state"}).status_code == 401


def test_every_route_is_guarded_by_the_same_rules(served_store: Path) -> None:
    closed = serve(served_store, access=open_access("0.0.0.0", TOKEN))
    free = {"/health", "/api/v1/openapi.json", "/api/v1/session"}
    with TestClient(closed, base_url="http://10.1.2.3") as outside:
        paths = outside.get("/api/v1/openapi.json").json()["paths"]
        for path, item in paths.items():
            address = re.sub(r"\{region\}", "langu", re.sub(r"\{form\}", "html", path))
            for method in item:
                if path not in free:
                    assert outside.request(method, re.sub(r"\{\w+\}", "x", address)).status_code == 401, path
