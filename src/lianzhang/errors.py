"""The one exception tree. Exit codes, HTTP states and messages all derive from it.

::

    LianzhangError                     exit  http
    ├─ InputError                       2    422   what the user gave is wrong; says where and how to mend it
    │  ├─ UsageError                    2    400   a command's or request's words are off
    │  ├─ UnknownNameError              2    404   no such region, indicator, sector, …; offers the nearest names
    │  ├─ FileFormatError               2    415   a file is not readable as what it claims to be
    │  └─ PackError                     2    422   a pack has problems; carries all of them
    ├─ ConfigError                      2    500   a setting has no usable value
    ├─ StoreError                       3    500
    │  ├─ NotLoadedError                3    404   nothing loaded yet under that name
    │  ├─ StoreBusyError                3    409   another process won the write
    │  └─ StoreCorruptError             3    500   a snapshot does not match its manifest
    ├─ NotComputableError               4    409   data is missing; says what would make it computable
    ├─ MissingExtraError                5    501   an optional dependency is not installed
    └─ ComputeError                     6    503   the machines that should do the work do not

An error has a stable ``code`` (for scripts and for the documentation), a message and a hint in Chinese and
English, and ``details`` (JSON-serialisable) for programs.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import ClassVar

from lianzhang.i18n import Lang, Text

_HAN = re.compile(r"[\u4e00-\u9fff]")


class LianzhangError(Exception):
    """Root of every error that Lianzhang raises on purpose."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500
    title: ClassVar[Text] = Text("出错", "Error")

    def __init__(
        self,
        message: Text | str,
        *,
        hint: Text | str | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        self.message = _as_text(message)
        self.hint = None if hint is None else _as_text(hint)
        self.details: dict[str, object] = dict(details or {})
        super().__init__(self.message.en)

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders in `compute`; the default pickling would lose hint and details.
        return (_rebuild, (type(self), self.message, self.hint, self.details))

    def render(self, lang: Lang = "en") -> str:
        """Message, then the hint on a line of its own."""
        text = self.message.get(lang)
        if self.hint is not None:
            text += "\n" + ("怎么办：" if lang == "zh" else "How to fix: ") + self.hint.get(lang)
        return text

    def to_problem(self, lang: Lang = "en") -> dict[str, object]:
        """The error as an RFC 9457 problem object."""
        problem: dict[str, object] = {
            "type": f"urn:lianzhang:error:{self.code}",
            "title": self.title.get(lang),
            "status": self.http_status,
            "detail": self.message.get(lang),
            "code": self.code,
        }
        if self.hint is not None:
            problem["hint"] = self.hint.get(lang)
        if self.details:
            problem["details"] = self.details
        return problem


def _as_text(value: Text | str) -> Text:
    return value if isinstance(value, Text) else Text(value, value)


def _rebuild(
    cls: type[LianzhangError], message: Text, hint: Text | None, details: dict[str, object]
) -> LianzhangError:
    error = cls.__new__(cls)
    LianzhangError.__init__(error, message, hint=hint, details=details)
    return error


class InputError(LianzhangError):
    """What the user gave is wrong."""

    code = "input"
    exit_code = 2
    http_status = 422
    title = Text("输入有误", "Invalid input")


class UsageError(InputError):
    """A command's or request's words are off."""

    code = "usage"
    http_status = 400
    title = Text("用法有误", "Invalid usage")


class UnknownNameError(InputError):
    """No such thing under that name; the nearest known names are in the hint."""

    code = "unknown-name"
    http_status = 404
    title = Text("没有这个名称", "Unknown name")

    def __init__(self, what: Text | str, name: str, known: Iterable[str] = ()) -> None:
        names = sorted(set(known))
        kind = _as_text(what)
        folded = name.casefold()
        near = [n for n in names if folded and folded in n.casefold()][:8]
        near = near or difflib.get_close_matches(name, names, n=3, cutoff=0.5)
        # With nothing near, some names in the reader's own writing, where there are any.
        han = [n for n in names if _HAN.search(n)]
        zh, en = near or (han or names)[:8], near or ([n for n in names if n not in set(han)] or names)[:8]
        super().__init__(
            Text(f"没有名为“{name}”的{kind.zh}", f"there is no {kind.en} named {name!r}"),
            hint=Text(f"可用的有：{'、'.join(zh)}", f"known: {', '.join(en)}") if names else None,
            details={"name": name, "known": names[:50]},
        )

    @classmethod
    def unnamed(cls, message: Text, titles: Mapping[str, Text]) -> UnknownNameError:
        """Several things could be meant and none was named; the hint lists names with titles."""
        error = cls.__new__(cls)
        zh = "、".join(f"{name}（{title.zh}）" for name, title in titles.items())
        en = ", ".join(f"{name} ({title.en})" for name, title in titles.items())
        hint = Text(f"可用的有：{zh}", f"known: {en}")
        LianzhangError.__init__(error, message, hint=hint, details={"name": "", "known": sorted(titles)[:50]})
        return error


class FileFormatError(InputError):
    """A file is not readable as what it claims to be."""

    code = "file-format"
    http_status = 415
    title = Text("文件格式有误", "Unreadable file")


class PackError(InputError):
    """A pack has problems; ``details['problems']`` lists them."""

    code = "pack"
    title = Text("数据包有问题", "The pack has problems")


class ConfigError(LianzhangError):
    """A setting has no usable value."""

    code = "config"
    exit_code = 2
    title = Text("设置有误", "Invalid setting")


class StoreError(LianzhangError):
    """The store cannot do what was asked."""

    code = "store"
    exit_code = 3
    title = Text("数据仓出错", "Store error")


class NotLoadedError(StoreError):
    """Nothing is loaded under that name yet."""

    code = "not-loaded"
    http_status = 404
    title = Text("尚未载入", "Nothing loaded")


class StoreBusyError(StoreError):
    """Another process is writing; nothing of this write was kept."""

    code = "store-busy"
    http_status = 409
    title = Text("数据仓正被写入", "The store is being written")


class StoreCorruptError(StoreError):
    """A snapshot does not match what its manifest says."""

    code = "store-corrupt"
    title = Text("数据仓损坏", "The store is damaged")


class NotComputableError(LianzhangError):
    """Data is missing. Message: because of what; hint: what would make it computable."""

    code = "not-computable"
    exit_code = 4
    http_status = 409
    title = Text("无法计算", "Not computable")


class MissingExtraError(LianzhangError):
    """An optional dependency is not installed."""

    code = "missing-extra"
    exit_code = 5
    http_status = 501
    title = Text("缺少可选组件", "Optional component missing")

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            Text(f"此功能需要可选组件 {package}", f"this needs the optional package {package}"),
            hint=Text(
                f"请安装：pip install 'lianzhang[{extra}]'", f"install it: pip install 'lianzhang[{extra}]'"
            ),
            details={"package": package, "extra": extra},
        )


class ComputeError(LianzhangError):
    """The machines that should do the work do not: Spark has no Java, no master, or lost its workers."""

    code = "compute"
    exit_code = 6
    http_status = 503
    title = Text("计算环境出错", "Computing failed")
