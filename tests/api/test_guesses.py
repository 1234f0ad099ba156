"""Wrong tokens are limited by address and together; refusals in the trail are few."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from lianzhang.api import guesses
from lianzhang.api.guesses import Bucket, Guesses
from lianzhang.app.browse import refusals
from lianzhang.app.browse.audit import Audit
from lianzhang.app.browse.refusals import Refusals
from tests.api.conftest import API, BASE, TOKEN, serve

OURS = {"Origin": BASE, "Sec-Fetch-Site": "same-origin"}


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@given(
    st.integers(1, 20),
    st.floats(0.1, 60),
    st.lists(st.floats(0, 30), min_size=1, max_size=60),
)
def test_a_bucket_never_gives_more_than_its_rate(most: int, every_s: float, pauses: list[float]) -> None:
    clock = Clock()
    bucket = Bucket(most, every_s, clock)
    taken = 0
    for pause in pauses:
        clock.now += pause
        free = bucket.wait_s() == 0.0
        assert bucket.take() is free
        taken += free
        assert taken <= most + clock.now / every_s + 1e-6


def test_one_address_waits_and_the_others_do_not() -> None:
    clock = Clock()
    found = Guesses(clock)
    for _ in range(guesses.AT_ONCE):
        assert found.wait_s("10.0.0.1") == 0
        found.wrong("10.0.0.1")
    assert found.wait_s("10.0.0.1") == guesses.EVERY_S
    assert found.wait_s("10.0.0.2") == 0
    clock.now += guesses.EVERY_S
    assert found.wait_s("10.0.0.1") == 0
    found.forget()
    assert found.wait_s("10.0.0.1") == 0


def test_a_household_is_one_address_and_many_machines_together_are_limited() -> None:
    found = Guesses(Clock())
    for n in range(guesses.AT_ONCE):
        found.wrong(f"2001:db8::{n:x}")
    assert found.wait_s("2001:db8::ffff") > 0
    assert found.wait_s("2001:db8:0:1::1") == 0
    for n in range(guesses.ALL_AT_ONCE):
        found.wrong(f"10.1.{n // 250}.{n % 250}")
    assert found.wait_s("10.9.9.9") > 0


def test_refusals_are_counted_when_they_are_too_many(tmp_path: Path) -> None:
    clock, audit = Clock(), Audit(tmp_path)
    found = Refusals(audit, clock)
    for _ in range(10_000):
        found.add("POST /api/v1/packs", "program", 401, "access")
    assert len(audit.entries(most=1000)) == refusals.AT_ONCE
    clock.now += refusals.EVERY_S
    found.add("POST /x" * 1000, "page", 403, "refused")
    newest = audit.entries(most=1)[0]
    assert newest.details == {"refused_before_unwritten": 10_000 - refusals.AT_ONCE}
    assert (newest.by, newest.origin, newest.status) == ("nobody", "page", 403)
    assert len(newest.what) <= 200
    found.flush()
    assert len(audit.entries(most=1000)) == refusals.AT_ONCE + 1
    found.add("POST /y", "page", 403, "refused")
    found.flush()
    assert audit.entries(most=1)[0].details == {"refused_before_unwritten": 1}


def test_guessing_is_stopped_even_with_the_right_token_and_goes_on_later(own_store: Path) -> None:
    app = serve(own_store)
    clock = Clock()
    app.state.guesses = Guesses(clock)
    with TestClient(app, base_url=BASE) as client:
        for n in range(guesses.AT_ONCE):
            wrong = {"Authorization": f"Bearer wrong-token-number-{n}"}
            answer = (
                client.get(f"{API}/audit", headers=wrong)
                if n % 2
                else client.post("/api/v1/session", json={"token": f"wrong-{n}"}, headers=OURS)
            )
            assert answer.status_code == 401
        right = {"Authorization": f"Bearer {TOKEN}"}
        stopped = client.get(f"{API}/audit", headers={**right, "Accept-Language": "zh"})
        assert (stopped.status_code, stopped.json()["code"]) == (429, "too-many-guesses")
        assert stopped.headers["retry-after"] == str(int(guesses.EVERY_S))
        assert stopped.json()["hint"] == "请在 6 秒后再试"
        assert client.post("/api/v1/session", json={"token": TOKEN}, headers=OURS).status_code == 429
        assert client.get(f"{API}/firms").status_code == 200, "reading is open and goes on"
        clock.now += guesses.EVERY_S
        assert client.get(f"{API}/audit", headers=right).status_code == 200
        trail = client.get(f"{API}/audit", headers=right).json()["items"]
    kinds = {(e["what"], e["status"], e["by"]) for e in trail}
    assert kinds == {
        ("POST /api/v1/session", 401, "nobody"),
        (f"GET {API}/audit", 401, "nobody"),
        ("POST /api/v1/session", 429, "nobody"),
        (f"GET {API}/audit", 429, "nobody"),
    }
    assert TOKEN not in str(trail)
    assert len(trail) == guesses.AT_ONCE + 2


def test_refused_writes_and_sign_ins_are_in_the_trail(own_store: Path) -> None:
    with TestClient(serve(own_store), base_url=BASE) as client:
        client.post(f"{API}/plan/observations", json={})
        client.post(f"{API}/runs", json={}, headers={"Origin": "https://evil.example"})
        client.post("/api/v1/session", json={"token": TOKEN}, headers=OURS)
        client.post(f"{API}/runs", json={"kind": "report"})
        client.delete("/api/v1/session", headers=OURS)
        client.delete("/api/v1/session", headers=OURS)
        trail = client.get(f"{API}/audit", headers={"Authorization": f"Bearer {TOKEN}"}).json()["items"]
    assert [(e["what"], e["status"], e["by"], e["origin"]) for e in reversed(trail)] == [
        (f"POST {API}/plan/observations", 401, "nobody", "program"),
        (f"POST {API}/runs", 403, "nobody", "page"),
        ("POST /api/v1/session", 204, "token", "page"),
        (f"POST {API}/runs", 403, "nobody", "program"),
        ("DELETE /api/v1/session", 204, "session", "page"),
    ]
