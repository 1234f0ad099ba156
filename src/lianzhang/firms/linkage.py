"""Duplicates: an identical credit code is identity; the rest is probabilistic record linkage (Fellegi & Sunter 1969).

Company names are compared part by part (place, core, industry word, legal form; `kernel.names`), because two names
that differ in one character of the core are a misprint or two firms, while two that differ in the legal form are
nearly always one. A branch is a firm of its own: records whose branch differs are never compared. The model is
splink's, on its DuckDB or its Spark backend: the SQL handed to it means the same to both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow as pa

from lianzhang.compute.spark import SparkCompute
from lianzhang.errors import MissingExtraError, NotComputableError
from lianzhang.firms.kernel.codes import NAME
from lianzhang.firms.kernel.names import NameFolder, NameSplitter
from lianzhang.firms.phrases import load_phrases, traditional_table
from lianzhang.i18n import Text

#: Pairs at or above this probability are duplicates; chosen for precision on made-up registers (see the benchmark).
THRESHOLD = 0.95
_ROOM = re.compile(r"(\d+号|\d+-\d+|\d+#).*$")
_FORM_TAIL = re.compile(
    r"(股份有限责任|有限责任|股份有限|集团有限|集团股份有限|有限|股份|集团)?(公司|厂|社|店)?$"
)


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Pairs of records of one firm and the groups that they form.

    ``pairs``: unique_id_l, unique_id_r, probability. ``groups``: firm_id, group_id (the smallest id of the group);
    firms without a duplicate are not in it.
    """

    pairs: pa.Table
    groups: pa.Table


@lru_cache(maxsize=1)
def _splitter() -> NameSplitter:
    from lianzhang.firms.register.clean import place_names

    table = load_phrases()
    words = [table.phrases[i] for i in range(len(table.phrases)) if table.lexicon.kind[i] == NAME]
    return NameSplitter(place_names(), [word for word in words if len(word) >= 2])


def comparison_table(
    ids: Sequence[str],
    names: Sequence[str],
    usccs: Sequence[str | None],
    regions: Sequence[str | None],
    addresses: Sequence[str | None],
    founded: Sequence[str | None],
) -> pa.Table:
    """Records in the columns that the model compares.

    Args:
        ids: unique ids; the other sequences are of the same length.
    """
    folder, splitter = NameFolder(traditional_table()), _splitter()
    parts = [splitter.split(folder.fold(name)) for name in names]
    keys = [_address_key(folder.fold(text)) if text else None for text in addresses]
    return pa.table(
        {
            "unique_id": pa.array(ids, pa.string()),
            "uscc": pa.array([code or None for code in usccs], pa.string()),
            "core": pa.array([part.core for part in parts], pa.string()),
            "industry": pa.array([part.industry or None for part in parts], pa.string()),
            "form": pa.array([_FORM_TAIL.sub("", part.form) or part.form for part in parts], pa.string()),
            "branch": pa.array([part.branch for part in parts], pa.string()),
            "region": pa.array(regions, pa.string()),
            "address": pa.array(keys, pa.string()),
            "founded": pa.array([day if day and len(day) == 10 else None for day in founded], pa.string()),
        }
    )


@lru_cache(maxsize=1)
def _place_pattern() -> re.Pattern[str]:
    from lianzhang.firms.register.clean import place_names

    names = sorted(place_names(), key=lambda name: (-len(name), name))
    known = "|".join(map(re.escape, names))
    return re.compile(f"^(?:(?:{known})[省市区县]?|[一-龥]{{1,5}}?(?:省|市|区|县|镇|乡|街道))*")


def _address_key(folded: str) -> str | None:
    """Street and number of a folded address: what stands after the places and before floor and room."""
    rest = _place_pattern().sub("", folded, count=1)
    found = _ROOM.search(rest)
    key = rest[: found.start()] + found.group(1) if found else rest
    return key if len(key) >= 4 else None


def one_character(column: str, places: int) -> str:
    """SQL: whether two texts differ in one character that is another, missing or too many, among the first `places`.

    0 places: anywhere, by a `levenshtein` that counts characters, as Spark's does. Otherwise written out
    for DuckDB, whose own counts bytes, of which a Chinese character has three.
    """
    left, right = f"{column}_l", f"{column}_r"
    if not places:
        return f"levenshtein({left}, {right}) = 1"

    def edit(skip_left: int, skip_right: int) -> str:
        return " OR ".join(
            f"(substr({left}, 1, {k}) = substr({right}, 1, {k}) AND "
            f"substr({left}, {k + 1 + skip_left}) = substr({right}, {k + 1 + skip_right}))"
            for k in range(places)
        )

    return (
        f"(length({left}) = length({right}) AND ({edit(1, 1)})) OR "
        f"(length({left}) = length({right}) + 1 AND ({edit(1, 0)})) OR "
        f"(length({right}) = length({left}) + 1 AND ({edit(0, 1)}))"
    )


def _settings(dialect: str) -> Any:
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import SettingsCreator, block_on

    both_named = "core_l <> '' AND core_r <> ''"
    core = cl.CustomComparison(
        output_column_name="core",
        comparison_levels=[
            cll.CustomLevel(f"NOT ({both_named})", "no core").configure(is_null_level=True),
            cll.ExactMatchLevel("core", term_frequency_adjustments=True),
            cll.CustomLevel(
                f"length(core_l) >= 3 AND length(core_r) >= 3 AND ({one_character('core', 0 if dialect == 'spark' else 8)})",
                "one character",
            ),
            cll.CustomLevel(
                "least(length(core_l), length(core_r)) >= 2 AND "
                "(instr(core_l, core_r) > 0 OR instr(core_r, core_l) > 0)",
                "one within the other",
            ),
            cll.ElseLevel(),
        ],
    )
    industry = cl.CustomComparison(
        output_column_name="industry",
        comparison_levels=[
            cll.NullLevel("industry"),
            cll.ExactMatchLevel("industry", term_frequency_adjustments=True),
            cll.CustomLevel(
                "instr(industry_l, industry_r) > 0 OR instr(industry_r, industry_l) > 0",
                "one within the other",
            ),
            cll.ElseLevel(),
        ],
    )
    address = cl.CustomComparison(
        output_column_name="address",
        comparison_levels=[
            cll.NullLevel("address"),
            cll.ExactMatchLevel("address", term_frequency_adjustments=True),
            cll.CustomLevel(one_character("address", 0 if dialect == "spark" else 16), "one character"),
            cll.ElseLevel(),
        ],
    )
    founded = cl.CustomComparison(
        output_column_name="founded",
        comparison_levels=[
            cll.NullLevel("founded"),
            cll.ExactMatchLevel("founded"),
            cll.CustomLevel("substr(founded_l, 1, 4) = substr(founded_r, 1, 4)", "same year"),
            cll.ElseLevel(),
        ],
    )
    # Two different valid codes are two firms, and a branch is not its parent.
    apart = "(l.uscc IS NULL OR r.uscc IS NULL) AND l.branch = r.branch"
    rules: list[Any] = [block_on("uscc"), *(f"{rule} AND {apart}" for rule in _BLOCKS)]
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="unique_id",
        comparisons=[core, industry, address, founded, cl.ExactMatch("region"), cl.ExactMatch("form")],
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
    )


_BLOCKS = (
    "l.core = r.core AND l.region = r.region",
    "l.address = r.address AND l.region = r.region",
    "l.founded = r.founded AND l.region = r.region AND substr(l.core, 1, 1) = substr(r.core, 1, 1)",
    "l.founded = r.founded AND l.region = r.region AND l.industry = r.industry",
)


def find_duplicates(
    records: pa.Table, *, threshold: float = THRESHOLD, backend: Any = None, seed: int = 1
) -> Duplicates:
    """Duplicates among records of `comparison_table`.

    Args:
        records: one row per record, ids unique.
        threshold: least match probability.
        backend: a splink database API, such as :func:`spark_backend`; DuckDB in memory if None.
        seed: of the sampling for the model's parameters.

    Raises:
        MissingExtraError: splink is not installed.
        NotComputableError: too few records resemble each other to estimate the model.
    """
    try:
        from splink import Linker, block_on
        from splink.internals.duckdb.database_api import DuckDBAPI
        from splink.internals.exceptions import EMTrainingException
    except ImportError:
        raise MissingExtraError("splink", "linkage") from None
    import warnings

    empty = pa.table(
        {
            "unique_id_l": pa.array([], pa.string()),
            "unique_id_r": pa.array([], pa.string()),
            "probability": pa.array([], pa.float64()),
        }
    )
    if records.num_rows < 2:
        return Duplicates(empty, group_pairs(empty))
    with warnings.catch_warnings():
        # splink's own use of its dependencies, not ours to mend.
        warnings.simplefilter("ignore")
        database = backend or DuckDBAPI()
        settings = _settings(database.sql_dialect.sql_dialect_str)
        linker = Linker(database.register(records), settings, log_level="ERROR")
        linker.training.estimate_probability_two_random_records_match(
            ["l.core = r.core AND l.industry = r.industry AND l.region = r.region AND l.founded = r.founded"],
            recall=0.4,
        )
        linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=seed)
        try:
            for rule in (block_on("core", "region"), block_on("address", "founded")):
                linker.training.estimate_parameters_using_expectation_maximisation(
                    rule, record_sample_proportion=1.0
                )
        except EMTrainingException as error:
            raise NotComputableError(
                Text(
                    f"{records.num_rows} 条记录中没有足够相像的对，估不出重复的概率",
                    f"too few of the {records.num_rows} records resemble each other to estimate how duplicates look",
                ),
                hint=Text("用更大的登记文件", "use a larger register"),
            ) from error
        predicted = linker.inference.predict(threshold_match_probability=threshold)
        result: Any = predicted
        found = result.as_pyarrow_table()
    pairs = pa.table(
        {
            "unique_id_l": found["unique_id_l"].cast(pa.string()),
            "unique_id_r": found["unique_id_r"].cast(pa.string()),
            "probability": found["match_probability"].cast(pa.float64()),
        }
    )
    return Duplicates(pairs, group_pairs(pairs))


def spark_backend(machines: SparkCompute) -> Any:
    """splink on the workers of a Spark session, for more records than one machine holds.

    Raises:
        MissingExtraError: splink is not installed.
    """
    try:
        from splink import SparkAPI
    except ImportError:
        raise MissingExtraError("splink", "linkage") from None
    # Plain SQL is all that the model asks for: none of splink's own functions, and no checkpoint folder on the cluster.
    return SparkAPI(  # type: ignore[no-untyped-call]
        spark_session=machines.session, break_lineage_method="persist", register_udfs_automatically=False
    )


def group_pairs(pairs: pa.Table) -> pa.Table:
    """Groups that pairs form together: the connected components of their graph."""
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        while (above := parent.setdefault(node, node)) != node:
            parent[node] = parent.setdefault(above, above)
            node = parent[node]
        return node

    left: Any
    right: Any
    for left, right in zip(pairs["unique_id_l"].to_pylist(), pairs["unique_id_r"].to_pylist(), strict=True):
        a, b = sorted((root(left), root(right)))
        parent[b] = a
    members = sorted(parent)
    return pa.table(
        {
            "firm_id": pa.array(members, pa.string()),
            "group_id": pa.array([root(member) for member in members], pa.string()),
        }
    )
