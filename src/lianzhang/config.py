"""Settings: defaults < file < environment < command line. Each value remembers where it came from.

The file is ``lianzhang.toml`` in the current folder, else ``config.toml`` in the user's configuration folder, or the
one that ``LIANZHANG_CONFIG`` names. Environment names are ``LIANZHANG_`` and the setting's name in capitals.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from lianzhang.errors import ConfigError
from lianzhang.i18n import Lang, Text, detect_lang

Origin = Literal["default", "file", "environment", "command line"]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a setting is for, and how its text becomes a value."""

    name: str
    kind: Literal["path", "text", "lang", "integer", "number"]
    about: Text
    minimum: float | None = None
    maximum: float | None = None


#: Every setting there is. Documentation and ``config show`` are made from this table.
SETTINGS: tuple[Setting, ...] = (
    Setting("store", "path", Text("数据仓所在文件夹", "Folder of the store")),
    Setting(
        "region",
        "text",
        Text("默认区域；空为唯一的一个", "Region used by default; empty means the only one loaded"),
    ),
    Setting("lang", "lang", Text("界面与报告语言：zh 或 en", "Language of messages and reports: zh or en")),
    Setting(
        "workers",
        "integer",
        Text("并行进程数；0 为全部核心", "Processes used in parallel; 0 means every core"),
        0,
        1024,
    ),
    Setting(
        "memory_gb", "number", Text("数据库内存上限（GB）", "Memory limit of the database, in GB"), 0.25, 4096
    ),
    Setting(
        "on_course",
        "number",
        Text("概率不低于此为“有望”", "Probability from which a target is on course"),
        0,
        1,
    ),
    Setting(
        "out_of_reach",
        "number",
        Text("概率低于此为“难以达到”", "Probability below which a target is out of reach"),
        0,
        1,
    ),
)
_BY_NAME = {s.name: s for s in SETTINGS}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force."""

    store: Path = Path(".lianzhang")
    region: str = ""
    lang: Lang = "en"
    workers: int = 0
    memory_gb: float = 2.0
    on_course: float = 0.8
    out_of_reach: float = 0.2

    @property
    def processes(self) -> int:
        """Number of worker processes, at least one."""
        return self.workers or os.cpu_count() or 1


def load_settings(
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> tuple[Settings, dict[str, str]]:
    """Settings in force and, for each, where its value came from.

    Raises:
        ConfigError: a file is unreadable, a name unknown, or a value not of its kind; nothing is guessed.
    """
    env = dict(os.environ) if environ is None else dict(environ)
    base = Path.cwd() if cwd is None else cwd
    values: dict[str, Any] = {f.name: f.default for f in fields(Settings)}
    values["lang"] = detect_lang(env)
    origins: dict[str, str] = dict.fromkeys(values, "default")
    if any(env.get(n) for n in ("LC_ALL", "LC_MESSAGES", "LANG")):
        origins["lang"] = "default (locale)"

    path = _config_file(env, base)
    if path is not None:
        for name, raw in _read_file(path).items():
            # A path in a file is meant relative to that file, wherever the command is run.
            value = _value(name, raw, f"{path}")
            values[name] = path.parent / value if isinstance(value, Path) else value
            origins[name] = f"file {path}"
    for name in values:
        variable = f"LIANZHANG_{name.upper()}"
        if env.get(variable):
            values[name] = _value(name, env[variable], variable)
            origins[name] = f"environment {variable}"
    for name, raw in (flags or {}).items():
        if raw is not None:
            values[name] = _value(name, raw, f"--{name.replace('_', '-')}")
            origins[name] = f"command line --{name.replace('_', '-')}"
    if values["out_of_reach"] > values["on_course"]:
        raise ConfigError(
            Text("out_of_reach 大于 on_course", "out_of_reach is above on_course"),
            hint=Text("请让 out_of_reach 不大于 on_course", "set out_of_reach to at most on_course"),
        )
    return Settings(**values), origins


def _config_file(env: Mapping[str, str], base: Path) -> Path | None:
    named = env.get("LIANZHANG_CONFIG")
    if named:
        path = Path(named)
        if not path.is_file():
            raise ConfigError(
                Text(f"找不到设置文件 {path}", f"there is no settings file {path}"),
                hint=Text(
                    "请更正环境变量 LIANZHANG_CONFIG", "correct the environment variable LIANZHANG_CONFIG"
                ),
            )
        return path
    home = Path(env.get("XDG_CONFIG_HOME") or Path(env.get("HOME", "~")) / ".config")
    for path in (base / "lianzhang.toml", home / "lianzhang" / "config.toml"):
        if path.is_file():
            return path
    return None


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(
            Text(f"读不了设置文件 {path}：{error}", f"cannot read the settings file {path}: {error}"),
            hint=Text("请按 TOML 语法更正，UTF-8 编码", "correct it as TOML in UTF-8"),
        ) from error


def _value(name: str, raw: Any, where: str) -> Any:
    setting = _BY_NAME.get(name)
    if setting is None:
        raise ConfigError(
            Text(f"{where}：没有名为 {name} 的设置", f"{where}: there is no setting named {name}"),
            hint=Text("可用的设置见 lianzhang config show", "lianzhang config show lists the settings"),
            details={"name": name, "known": sorted(_BY_NAME)},
        )
    try:
        return _convert(setting, raw)
    except (TypeError, ValueError) as error:
        raise ConfigError(
            Text(f"{where}：{name} 的值 {raw!r} 不可用", f"{where}: {raw!r} is no value for {name}"),
            hint=setting.about,
            details={"name": name, "value": str(raw)},
        ) from error


def _convert(setting: Setting, raw: Any) -> Any:
    match setting.kind:
        case "path":
            return Path(str(raw)).expanduser()
        case "lang":
            if raw not in ("zh", "en"):
                raise ValueError(raw)
            return raw
        case "integer" | "number":
            number = int(raw) if setting.kind == "integer" else float(raw)
            low, high = setting.minimum, setting.maximum
            if (low is not None and number < low) or (high is not None and number > high) or number != number:
                raise ValueError(raw)
            return number
        case "text":
            return str(raw)
