"""Text in Chinese and English, kept together so that neither can be forgotten."""

from __future__ import annotations

import os
from typing import Literal, NamedTuple

Lang = Literal["zh", "en"]


class Text(NamedTuple):
    """One text in both languages.

    >>> Text(zh="来源", en="Source").get("zh")
    '来源'
    """

    zh: str
    en: str

    def get(self, lang: Lang) -> str:
        """The text in the wanted language."""
        return self.zh if lang == "zh" else self.en


def detect_lang(environ: dict[str, str] | None = None) -> Lang:
    """Language of the user's locale: Chinese if the locale says so, else English.

    Order as in POSIX: ``LC_ALL``, ``LC_MESSAGES``, ``LANG``.
    """
    env = os.environ if environ is None else environ
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = env.get(name)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
