"""In which language and which format a request wants its answer."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import HTTPConnection

from lianzhang.i18n import Lang


def lang_of(request: HTTPConnection) -> Lang:
    """``?lang=``, else ``Accept-Language``, else the server's own language."""
    asked = request.query_params.get("lang")
    if asked in ("zh", "en"):
        return "zh" if asked == "zh" else "en"
    default: Lang = getattr(request.app.state, "lang", "en") if "app" in request.scope else "en"
    for tag, _ in weighted(request.headers.get("accept-language", "")):
        main = tag.partition("-")[0].lower()
        if main in ("zh", "en"):
            return "zh" if main == "zh" else "en"
    return default


def weighted(header: str) -> list[tuple[str, float]]:
    """Entries of an ``Accept…`` header with their weights, heaviest first; those of weight 0 are left out."""
    found: list[tuple[str, float]] = []
    for part in header.split(","):
        name, *parameters = (p.strip() for p in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip().lower() == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = 0.0
        if name and weight > 0:
            found.append((name, weight))
    return sorted(found, key=lambda entry: -entry[1])


def choose_media(header: str, offered: Sequence[str]) -> str | None:
    """Which of the offered media types an ``Accept`` header likes best; the first of equals, None if none will do."""
    if not header.strip():
        return offered[0]
    for wanted, _ in weighted(header):
        kind = wanted.lower()
        for media in offered:
            if kind in (media, "*/*") or (kind.endswith("/*") and media.startswith(kind[:-1])):
                return media
    return None
