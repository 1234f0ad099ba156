"""``lianzhang firms``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App

from lianzhang.cli._common import at_least, emit_json, emit_json_lines, say, settings, table
from lianzhang.cli.firms_duplicates import duplicates, merge
from lianzhang.cli.firms_gradient import gradient
from lianzhang.i18n import Text

if TYPE_CHECKING:
    from lianzhang.firms.evaluation import Flip, Scores
    from lianzhang.firms.register.run import Doubt, ImportReport
    from lianzhang.i18n import Lang

app = App(name="firms", help="Firms: registers, classification, gradient.")
app.command(duplicates)
app.command(merge)
app.command(gradient)

_SHOWN = 40


@app.command
def classify(file: Path, *, phrases: Path | None = None, json: bool = False, evidence: bool = True) -> None:
    """Say of each firm of a CSV file what it does: maker or not, division, chain slots, clusters.

    Parameters
    ----------
    file
        CSV with the columns uscc, name and scope (or their Chinese names), in UTF-8 or GB18030.
    phrases
        Phrase table to use in place of the bundled one.
    json
        One JSON object per line, with confidence and evidence.
    evidence
        Whether to give the spans of text that are the evidence.
    """
    from lianzhang.firms.classification import classify as run
    from lianzhang.firms.phrases import load_phrases
    from lianzhang.firms.reading import read_rows

    words = load_phrases(phrases)
    shown: list[tuple[object, ...]] = []
    total = makers = 0
    for batch in read_rows(file, ("uscc", "name", "scope")):
        names = [row["name"] for row in batch]
        found = run(
            [row["uscc"] for row in batch],
            names,
            [row["scope"] for row in batch],
            words,
            evidence=evidence and json,
        )
        if json:
            emit_json_lines(item.to_dict() for item in found)
            continue
        total += len(found)
        makers += sum(item.is_maker for item in found)
        for name, item in zip(names, found, strict=True):
            if len(shown) < _SHOWN:
                maker = "✓" if item.is_maker else ""
                shown.append((name, maker, item.gb2 or "", " ".join(item.chain), " ".join(item.clusters)))
    if json:
        return
    table(
        Text("企业分类", "Firms classified"),
        [
            Text("企业", "Firm"),
            Text("制造", "Maker"),
            Text("大类", "Division"),
            Text("链", "Chain"),
            Text("集群", "Clusters"),
        ],
        shown,
    )
    say(Text(f"共 {total:,} 家，其中制造企业 {makers:,} 家", f"{total:,} firms, {makers:,} of them makers"))
    if total > len(shown):
        say(
            Text(
                f"只列出前 {_SHOWN} 家；全部请用 --json",
                f"the first {_SHOWN} are shown; --json prints all of them",
            )
        )


@app.command
def evaluate(*, labels: Path, phrases: Path | None = None, json: bool = False) -> None:
    """Score the classification against labelled firms; with another phrase table, show what it changes.

    Parameters
    ----------
    labels
        CSV with uscc, name, scope, is_maker, gb2, chain and clusters; ? marks a field to leave out.
    phrases
        Phrase table to compare with the bundled one, before and after.
    json
        Print JSON instead of tables.
    """
    from lianzhang.firms import evaluation
    from lianzhang.firms.phrases import load_phrases

    rows = evaluation.read_labels(labels)
    before = evaluation.classify_labelled(rows)
    scores = [evaluation.score(rows, before)]
    changed: list[Flip] = []
    if phrases is not None:
        after = evaluation.classify_labelled(rows, load_phrases(phrases))
        scores.append(evaluation.score(rows, after))
        changed = evaluation.flips(rows, before, after)
    if json:
        names = ("before", "after")[: len(scores)]
        shown: dict[str, object] = dict(zip(names, scores, strict=True))
        if phrases is not None:
            shown["flips"] = [
                {
                    "uscc": f.uscc,
                    "field": f.field,
                    "truth": f.truth,
                    "before": f.before,
                    "after": f.after,
                    "effect": f.effect,
                }
                for f in changed
            ]
        emit_json(shown)
        return
    _show_scores(scores)
    if phrases is not None:
        _show_flips(changed)


@app.command(name="import")
def import_(
    file: Path,
    *,
    out: Path | None = None,
    keep: bool = True,
    name: str | None = None,
    mapping: str | None = None,
    save_mapping: Path | None = None,
    phrases: Path | None = None,
    regions: Path | None = None,
    nodes: Path | None = None,
    keep_bad_codes: bool = False,
    processes: Annotated[int, at_least(1, "--processes")] = 2,
    json: bool = False,
) -> None:
    """Read a register into clean tables and put its firms into the loaded region.

    Credit codes are checked, dates, capital and districts read, scopes classified, bad rows put into quarantine.
    Names of legal representatives and phone numbers are never read, and are taken out of scopes and addresses.
    Values that cannot be read stay empty and are counted, with the first of them and their rows.

    Parameters
    ----------
    file
        CSV, TSV or TXT (UTF-8, UTF-16 or GB18030, also .gz), Parquet or Excel; titles above the header may stay.
    out
        Folder for the tables; an earlier import there is updated, with history. By default registers/NAME in the store.
    keep
        Put the firms into the loaded region, in place of what the same register gave before.
    name
        Name of the register, by which a newer file of it is known; the file's name by default.
    mapping
        A ready layout (a-share-basic, ckg, enterprise-cq) or a mapping file; without it the header is guessed from.
    save_mapping
        Write the mapping that was used to this file.
    phrases
        Phrase table to classify with, in place of the bundled one.
    regions
        A pack's regions.csv to find districts by, in place of the bundled one.
    nodes
        CSV with code and node_id: which node of a chain a chain code stands for.
    keep_bad_codes
        Take rows with a wrong credit code in, without the code, in place of the quarantine.
    processes
        Processes to clean with.
    json
        Print the report as JSON.
    """
    from dataclasses import replace

    from lianzhang.app.registers import keep_register
    from lianzhang.app.session import open_store
    from lianzhang.cli._common import note, progress
    from lianzhang.firms.register.layout import (
        FIELD_NAMES,
        column_name,
        guess_layout,
        load_layout,
        save_layout,
        source_id_of,
    )
    from lianzhang.firms.register.run import import_register
    from lianzhang.firms.register.source import RegisterFile

    if mapping is None:
        source = RegisterFile(file)
        layout = guess_layout(source.header(), name or file.name.split(".")[0], source.sample())
        note(
            Text(
                "按表头和内容猜测的映射："
                + "、".join(f"{FIELD_NAMES[f].zh}＝{column_name(c).zh}" for f, c in layout.columns.items())
                + "；可用 --save-mapping 存下修改，再以 --mapping 使用",
                "mapping guessed from header and cells: "
                + ", ".join(f"{FIELD_NAMES[f].en} = {column_name(c).en}" for f, c in layout.columns.items())
                + "; --save-mapping writes it down to be corrected and given with --mapping",
            )
        )
    else:
        layout = load_layout(mapping)
        if name is not None:
            layout = replace(layout, name=name, source_id=source_id_of(name))
    if save_mapping is not None:
        save_layout(layout, save_mapping)
    current = settings()
    loaded = open_store(current).regions()
    if mapping is None and name is None:
        # The same file name in the same region is the same register; another city's file is another one.
        known = bool(current.region) or len(loaded) == 1
        region = open_store(current).resolve(current.region) if loaded and known else ""
        layout = replace(layout, source_id=source_id_of(layout.name, region))
    folder = out or current.store / "registers" / layout.source_id
    with progress(Text("导入", "Importing")) as tick:
        report = import_register(
            file,
            layout,
            folder,
            phrases=phrases,
            regions=regions,
            node_ids=nodes,
            keep_bad_codes=keep_bad_codes,
            processes=processes,
            tick=tick,
        )
    kept = None
    if keep and loaded:
        title = layout.about if layout.about.zh else Text(f"企业登记 {file.name}", f"Register {file.name}")
        kept = keep_register(current, folder, title)
    if json:
        emit_json({"import": report, "kept": kept})
        return
    _show_import(report)
    if kept is not None:
        rows, left = kept.rows, sum(kept.left_out.values())
        say(
            Text(
                f"已放入区域 {kept.region}：企业 {rows.get('firms', 0):,} 家（另有 {kept.already:,} 家原已在册），"
                f"节点证据 {rows.get('firm_nodes', 0):,} 条，产品 {rows.get('firm_products', 0):,} 条，"
                f"未能放入 {left:,} 行",
                f"put into region {kept.region}: {rows.get('firms', 0):,} firms ({kept.already:,} more were there), "
                f"{rows.get('firm_nodes', 0):,} records of nodes made, {rows.get('firm_products', 0):,} products; "
                f"{left:,} rows did not fit",
            )
        )


def _show_import(report: ImportReport) -> None:
    from lianzhang.cli._common import lang
    from lianzhang.firms.register.layout import FIELD_NAMES, column_name
    from lianzhang.firms.register.reasons import REASONS
    from lianzhang.firms.register.values import DOUBTS, SKIPPED

    if report.already_done:
        say(
            Text(
                "此文件已按同样的设置导入过，未作改动；以下是当时读到的",
                "this file was imported before with the same settings; nothing changed; below is what was read then",
            )
        )
    language = lang()
    rows: list[tuple[object, ...]] = [
        (Text("读入行", "Rows read").get(language), report.rows),
        (Text("企业", "Firms").get(language), report.firms),
        (Text("　其中新增", "  of them new").get(language), report.new),
        (Text("　其中有变动", "  of them changed").get(language), report.changed),
        (Text("　其中制造企业", "  of them makers").get(language), report.makers),
    ]
    if report.products:
        rows.append(
            (Text("产品行（每行一个产品）", "Rows of products (one a row)").get(language), report.products)
        )
    else:
        rows.append((Text("重复行", "Repeated rows").get(language), report.repeated))
    rows += [(SKIPPED[reason].get(language), count) for reason, count in report.skipped.items()]
    rows.append((Text("隔离行", "Rows in quarantine").get(language), sum(report.quarantined.values())))
    rows += [(f"  {REASONS[reason].get(language)}", count) for reason, count in report.quarantined.items()]
    table(Text(f"导入 {report.file}", f"Imported {report.file}"), ["", Text("数量", "Count")], rows)
    if report.doubts:
        table(
            Text("未采用的值（留空，行照常读入）", "Values not used (left empty; their rows are in)"),
            [
                Text("字段", "Field"),
                Text("原因", "Reason"),
                Text("行数", "Rows"),
                Text("前几处（行号：原值）", "First (row: value)"),
            ],
            [
                (
                    FIELD_NAMES[d.field].get(language),
                    DOUBTS[d.reason].get(language),
                    d.rows,
                    _examples(d, language),
                )
                for d in report.doubts
            ],
        )
    for columns, words in (
        (
            report.absent_columns,
            Text(
                "映射中有而文件没有的列（相应字段留空）",
                "columns of the mapping that the file has not (left empty)",
            ),
        ),
        (report.unused_columns, Text("未用到的列", "columns not used")),
        (report.dropped_columns, Text("个人信息列未读入", "columns of personal data not read")),
    ):
        if columns:
            zh, en = ([column_name(c).get(lang) for c in columns] for lang in ("zh", "en"))
            say(Text(f"{words.zh}：{'、'.join(zh)}", f"{words.en}: {', '.join(en)}"))
    say(Text(f"结果在 {report.folder}", f"the tables are in {report.folder}"))


def _examples(doubt: Doubt, language: Lang) -> str:
    """The first rows of a kind, each with what stood there where that may be shown."""
    shown = [
        f"{row}{'：' if language == 'zh' else ': '}{value}" if value else str(row)
        for row, value in doubt.examples
    ]
    return ("；" if language == "zh" else "; ").join(shown)


def _show_scores(scores: list[Scores]) -> None:
    from lianzhang.firms.evaluation import MACRO_MINIMUM

    measures = (
        (Text("是否制造 F1", "Maker F1"), "maker_f1"),
        (Text("大类准确率", "Division accuracy"), "division_accuracy"),
        (Text("链代码微平均 F1", "Chain micro F1"), "chain_micro_f1"),
        (
            Text(f"链代码宏平均 F1（≥{MACRO_MINIMUM} 家）", f"Chain macro F1 (≥ {MACRO_MINIMUM} firms)"),
            "chain_macro_f1",
        ),
        (Text("集群微平均 F1", "Clusters micro F1"), "clusters_micro_f1"),
    )
    from lianzhang.cli._common import lang

    language = lang()
    columns: list[Text | str] = [Text("指标", "Measure"), Text("现用短语表", "Phrases in use")]
    if len(scores) > 1:
        columns.append(Text("新短语表", "New phrases"))
    table(
        Text(f"对照 {scores[0].rows} 家标注企业", f"Against {scores[0].rows} labelled firms"),
        columns,
        [(label.get(language), *(f"{getattr(s, name):.4f}" for s in scores)) for label, name in measures],
    )
    last = scores[-1]
    table(
        Text("各代码", "By code"),
        [
            Text("代码", "Code"),
            "F1",
            Text("标注企业", "Labelled"),
            Text("多判", "Wrongly given"),
            Text("漏判", "Missed"),
        ],
        [(s.code, f"{s.f1:.3f}", s.firms, s.wrongly, s.missed) for s in (*last.chain, *last.clusters)],
    )
    named = ((Text("大类", "Division"), last.division_bins), (Text("是否制造", "Maker"), last.maker_bins))
    table(
        Text("置信度与实际", "Confidence against what is right"),
        [
            Text("判断", "Verdict"),
            Text("置信度", "Confidence"),
            Text("企业", "Firms"),
            Text("平均置信度", "Mean confidence"),
            Text("判对", "Right"),
        ],
        [
            (
                name.get(language),
                f"{b.lower:.0%}–{b.upper:.0%}",
                b.firms,
                f"{b.confidence:.1%}",
                f"{b.right:.1%}",
            )
            for name, bins in named
            for b in bins
        ],
    )


def _show_flips(changed: list[Flip]) -> None:
    if not changed:
        say(
            Text(
                "新短语表不改变任何一家标注企业的结果", "the new phrases change nothing on the labelled firms"
            )
        )
        return
    effects = {
        "mended": Text("改对", "mended"),
        "broken": Text("改错", "broken"),
        "changed": Text("变动", "changed"),
    }
    from lianzhang.cli._common import lang

    language = lang()
    table(
        Text(f"{len(changed)} 处变动", f"{len(changed)} changes"),
        [
            Text("企业", "Firm"),
            Text("字段", "Field"),
            Text("标注", "Label"),
            Text("原", "Before"),
            Text("新", "After"),
            Text("效果", "Effect"),
        ],
        [(f.name, f.field, f.truth, f.before, f.after, effects[f.effect].get(language)) for f in changed],
    )
