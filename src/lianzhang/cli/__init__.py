"""The command line: one group per word. Commands are imported only when they run, so that help is quick."""

import sys
from collections.abc import Sequence
from typing import Annotated, Any

from cyclopts import App, CycloptsError, Group, Parameter

from lianzhang import __version__
from lianzhang.cli._common import set_flags
from lianzhang.config import load_settings
from lianzhang.errors import ConfigError, LianzhangError, UsageError
from lianzhang.i18n import Lang, Text, detect_lang

_WORDS = Text("能力", "Words")
_DATA = Text("数据", "Data")
_HOUSE = Text("其他", "House")

#: Name, where it lives, group, help. The command reference in the documentation is made from this list.
COMMANDS: tuple[tuple[str, str, Text, Text], ...] = (
    (
        "report",
        "lianzhang.cli.report:report",
        _WORDS,
        Text("写出集群现状报告", "Write the report on the state of the clusters"),
    ),
    (
        "plan",
        "lianzhang.cli.plan:app",
        _WORDS,
        Text("规划：文件、目标、跟踪", "Plans: documents, targets, tracking"),
    ),
    ("chain", "lianzhang.cli.chain:app", _WORDS, Text("集群与产业链", "Clusters and chains")),
    (
        "firms",
        "lianzhang.cli.firms:app",
        _WORDS,
        Text("企业：登记、分类、梯度", "Firms: registers, classification, gradient"),
    ),
    (
        "places",
        "lianzhang.cli.places:app",
        _WORDS,
        Text("区县、行业与专业化", "Districts, sectors and specialisation"),
    ),
    (
        "risk",
        "lianzhang.cli.risk:app",
        _WORDS,
        Text("风险：谁停产影响最大", "Risk: whose failure hurts most"),
    ),
    (
        "sources",
        "lianzhang.cli.sources:app",
        _DATA,
        Text("来源、计算记录与数据字典", "Sources, runs and the data dictionary"),
    ),
    ("pack", "lianzhang.cli.pack:app", _DATA, Text("数据包：新建、检查、载入", "Packs: new, check, load")),
    ("observe", "lianzhang.cli.observe:observe", _DATA, Text("补记一个数", "Add one observed figure")),
    ("synth", "lianzhang.cli.synth:synth", _DATA, Text("生成一个虚构区域", "Make up a region")),
    ("serve", "lianzhang.cli.serve:serve", _HOUSE, Text("启动网页与接口", "Serve the pages and the API")),
    (
        "status",
        "lianzhang.cli.status:status",
        _HOUSE,
        Text("载入了什么，有多旧", "What is loaded and how old it is"),
    ),
    ("config", "lianzhang.cli.config:app", _HOUSE, Text("设置及其出处", "Settings and where they come from")),
    (
        "demo",
        "lianzhang.cli.demo:demo",
        _HOUSE,
        Text("载入示例并打开报告", "Load the example and open its report"),
    ),
)


def build_app(lang: Lang) -> App:
    """The whole command line with its help in one language."""
    about = Text(
        "链长：管理制造业集群的产业大脑",
        "Lianzhang: the industry brain that runs a region's manufacturing clusters",
    )
    app = App(name="lianzhang", help=about.get(lang), version=__version__, help_format="plaintext")
    if lang == "zh":
        from lianzhang.cli.help_zh import ChineseHelp

        app.help_formatter = ChineseHelp()
    groups = {text: Group.create_ordered(text.get(lang)) for text in (_WORDS, _DATA, _HOUSE)}
    for name, path, group, summary in COMMANDS:
        app.command(path, name=name, help=summary.get(lang), group=groups[group])

    everywhere = Group(Text("各命令通用", "With every command").get(lang))
    app.meta.group_parameters = everywhere

    @app.meta.default
    def _launch(
        *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
        lang: Annotated[
            str | None, Parameter(help=Text("语言：zh 或 en", "Language: zh or en").get(lang))
        ] = None,
        store: Annotated[
            str | None, Parameter(help=Text("数据仓文件夹", "Folder of the store").get(lang))
        ] = None,
        region: Annotated[str | None, Parameter(help=Text("区域", "Region").get(lang))] = None,
    ) -> Any:
        set_flags({"lang": lang, "store": store, "region": region})
        return app(tokens, exit_on_error=False, print_error=False, result_action="return_value")

    return app


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the return value is the process's exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    lang = _early_lang(arguments)
    try:
        app = build_app(lang).meta
        result = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except CycloptsError as error:
        print(_usage_error(error).render(lang), file=sys.stderr)
        return UsageError.exit_code
    except LianzhangError as error:
        print(error.render(_early_lang(arguments)), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(
            Text("已中断；已存的内容不变", "interrupted; what was stored is unchanged").get(lang),
            file=sys.stderr,
        )
        return 130
    except BrokenPipeError:
        # The reader (head, less) left. Point stdout elsewhere so that the interpreter's last flush is quiet.
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    finally:
        # The flags are those of this run only, also where one process runs several commands.
        set_flags({})
    return result if isinstance(result, int) else 0


def run() -> None:
    """Entry point of the installed command."""
    sys.exit(main())


_USAGE_ZH = {
    "UnknownCommandError": "没有这个命令",
    "UnknownOptionError": "没有这个选项",
    "UnusedCliTokensError": "多余的参数",
    "MissingArgumentError": "缺少参数",
    "CoercionError": "参数的值不可用",
    "RepeatArgumentError": "参数重复",
}


def _usage_error(error: CycloptsError) -> UsageError:
    detail = " ".join(str(error).split())
    kind = _USAGE_ZH.get(type(error).__name__, "用法有误")
    return UsageError(
        Text(f"{kind}：{detail}", detail),
        hint=Text("加 --help 看用法", "add --help to see how it is used"),
    )


def _early_lang(arguments: Sequence[str]) -> Lang:
    """Language before arguments are parsed, so that help and parse errors speak it too."""
    for index, word in enumerate(arguments):
        value = word.partition("=")[2] if word.startswith("--lang=") else None
        if word == "--lang" and index + 1 < len(arguments):
            value = arguments[index + 1]
        if value in ("zh", "en"):
            return "zh" if value == "zh" else "en"
    try:
        return load_settings()[0].lang
    except ConfigError:
        return detect_lang()
