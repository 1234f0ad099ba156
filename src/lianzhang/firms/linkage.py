"""Duplicates: an identical credit code is identity; the rest is probabilistic record linkage (Fellegi & Sunter 1969).

Company names are compared part by part (place, core, industry word, legal form; `kernel.names`), because two names
that differ in one character of the core are a misprint or two firms, while two that differ in the legal form are
nearly always one. A branch is a firm of its own: records whose branch differs are never compared. The model is
splink's. It is learnt from a sample that does not grow with the register, always on this machine; all records are
then compared by DuckDB here, district by district, or by the workers of Spark. The SQL of the model is the same text
for both, so that they find the same pairs.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from lianzhang.errors import MissingExtraError, NotComputableError
from lianzhang.firms.comparable import DRAWS
from lianzhang.firms.grouping import EMPTY_PAIRS, group_pairs
from lianzhang.i18n import Text

if TYPE_CHECKING:
    from lianzhang.compute.spark import SparkCompute

#: Pairs at or above this probability are duplicates; chosen for precision on made-up registers (see the benchmark).
THRESHOLD = 0.95
#: Records (in whole blocks) that the model learns from, and records whose every pair tells how chance looks.
LEARN_ROWS = 200_000
CHANCE_ROWS = 2_000
#: Records that are compared at a time on this machine: what memory holds beside.
PART_ROWS = 1_000_000
#: Share of the true pairs that agree in core, industry word, district and founding day: enough for a first guess.
_AGREE_SHARE = 0.4

_COLUMNS = "unique_id, uscc IS NOT NULL AS coded, core, industry, form, branch, region, address, founded"
_TERMS = ("core", "industry", "address")


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Pairs of records of one firm and the groups that they form.

    ``pairs``: unique_id_l, unique_id_r, probability. ``groups``: unique_id, group_id (the smallest id of the group);
    records without a duplicate are not in it.
    """

    pairs: pa.Table
    groups: pa.Table


def find_duplicates(
    records: pa.Table | Sequence[Path],
    *,
    threshold: float = THRESHOLD,
    machines: SparkCompute | None = None,
    memory_gb: float = 2.0,
    work: Path | None = None,
    tick: Callable[[float], None] | None = None,
) -> Duplicates:
    """Duplicates among records of `comparable.comparison_table`.

    Two records with one valid code are a pair of probability 1, whatever their names. Groups never hold two different
    codes: where pairs would chain two coded firms together, the weaker links are left out.

    Args:
        records: one row per record, ids unique; or Parquet files of such rows, for Spark at paths that every worker sees.
        threshold: least match probability.
        machines: a Spark session that compares the records; DuckDB on this machine if None. The pairs are the same.
        memory_gb: limit of DuckDB, which spills to disk above.
        work: folder to spill to; a temporary one if None.
        tick: told the share of the work that is done, from 0 to 1.

    Raises:
        MissingExtraError: splink is not installed.
        NotComputableError: too few records resemble each other to estimate the model.
        ComputeError: Spark did not get through.
    """
    try:
        import splink  # noqa: F401
    except ImportError:
        raise MissingExtraError("splink", "linkage") from None
    told = tick or (lambda share: None)
    with _database(records, memory_gb, work) as db:
        total = _number(db, "SELECT count(*) FROM records")
        if total < 2:
            empty = pa.table({"unique_id_l": [], "unique_id_r": [], "probability": []}, schema=EMPTY_PAIRS)
            return Duplicates(empty, group_pairs(empty))
        same = db.execute(
            "SELECT min(unique_id) OVER (PARTITION BY uscc) AS unique_id_l, unique_id AS unique_id_r, "
            "1.0::DOUBLE AS probability FROM records WHERE uscc IN "
            "(SELECT uscc FROM records WHERE uscc IS NOT NULL GROUP BY uscc HAVING count(*) > 1)"
        ).to_arrow_table()
        same = same.filter(pc.not_equal(same["unique_id_l"], same["unique_id_r"]))
        found: list[pa.Table] = []
        # Two codes are two firms: with a code on every record nothing is in doubt, and nothing has to be learnt.
        if _number(db, "SELECT count(*) FROM records WHERE uscc IS NULL"):
            with _quiet():
                learnt = _learn(db, total)
                told(0.2)
                if machines is None:
                    found = _compare_here(db, learnt, threshold, total, told)
                else:
                    found = _compare_on_spark(records, learnt, threshold, machines)
        pairs = pa.concat_tables([same, *found], promote_options="permissive")
        pairs = pairs.sort_by([("unique_id_l", "ascending"), ("unique_id_r", "ascending")])
        codes = _codes(db, pairs)
    groups = group_pairs(pairs, codes)
    told(1.0)
    return Duplicates(pairs, groups)


@contextmanager
def _database(records: pa.Table | Sequence[Path], memory_gb: float, work: Path | None) -> Iterator[Any]:
    import duckdb

    with (
        tempfile.TemporaryDirectory(prefix="lianzhang-", dir=work) as spill,
        duckdb.connect(":memory:") as db,
    ):
        db.execute(f"SET memory_limit = '{memory_gb}GB'")
        db.execute(f"SET temp_directory = {_quoted(spill)}")
        db.execute("SET preserve_insertion_order = false")
        if isinstance(records, pa.Table):
            db.register("records", records)
        else:
            files = ", ".join(_quoted(path) for path in records)
            db.execute(f"CREATE VIEW records AS SELECT * FROM read_parquet([{files}])")
        yield db


def _quoted(path: object) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _number(db: Any, query: str) -> int:
    (value,) = db.execute(query).fetchone()
    return int(value or 0)


@contextmanager
def _quiet() -> Iterator[None]:
    """splink's own use of its dependencies, and what it tells the log, are not ours to mend."""
    logger = logging.getLogger("splink")
    level = logger.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            logger.setLevel(level)


def one_character(column: str, places: int) -> str:
    """SQL: whether two unequal texts differ in one character that is another, missing or too many, among the first
    `places`.

    Written out, because DuckDB's own distances count bytes, of which a Chinese character has three, and Spark's count
    characters. One difference leaves the first or the last half alone, which is soon looked at.
    """
    left, right = f"{column}_l", f"{column}_r"
    half = f"CAST(floor(least(length({left}), length({right})) / 2.0) AS INT)"

    def edit(skip_left: int, skip_right: int) -> str:
        return " OR ".join(
            f"(substr({left}, 1, {k}) = substr({right}, 1, {k}) AND "
            f"substr({left}, {k + 1 + skip_left}) = substr({right}, {k + 1 + skip_right}))"
            for k in range(places)
        )

    return (
        f"abs(length({left}) - length({right})) <= 1 AND "
        f"(substr({left}, 1, {half}) = substr({right}, 1, {half}) OR right({left}, {half}) = right({right}, {half})) AND "
        f"((length({left}) = length({right}) AND ({edit(1, 1)})) OR "
        f"(length({left}) = length({right}) + 1 AND ({edit(1, 0)})) OR "
        f"(length({right}) = length({left}) + 1 AND ({edit(0, 1)})))"
    )


@dataclass(frozen=True, slots=True)
class _Learnt:
    """Parameters of the model: how often two random records are one firm, and by comparison and level m and u."""

    match_share: float
    levels: dict[str, list[tuple[float | None, float | None]]]


#: Comparisons: column, whether frequent values count less, and levels between "equal" and "else".
_COMPARISONS: tuple[tuple[str, bool, tuple[tuple[str, str], ...]], ...] = (
    (
        "core",
        True,
        (
            (
                f"length(core_l) >= 3 AND length(core_r) >= 3 AND {one_character('core', 8)}",
                "one character",
            ),
            (
                "least(length(core_l), length(core_r)) >= 2 AND (instr(core_l, core_r) > 0 OR instr(core_r, core_l) > 0)",
                "one within the other",
            ),
        ),
    ),
    (
        "industry",
        True,
        (
            (
                "instr(industry_l, industry_r) > 0 OR instr(industry_r, industry_l) > 0",
                "one within the other",
            ),
        ),
    ),
    ("address", True, ((one_character("address", 16), "one character"),)),
    ("founded", False, (("substr(founded_l, 1, 4) = substr(founded_r, 1, 4)", "same year"),)),
    ("region", False, ()),
    ("form", False, ()),
)
# Two different valid codes are two firms, one code is one firm without a model, and a branch is not its parent.
_APART = "NOT (l.coded AND r.coded) AND l.branch = r.branch"
#: Which pairs are compared at all. Every rule asks for one district, so that districts can be taken one by one.
_BLOCKS = (
    "l.core = r.core AND l.region = r.region",
    "l.address = r.address AND l.region = r.region",
    "l.founded = r.founded AND l.region = r.region AND substr(l.core, 1, 1) = substr(r.core, 1, 1)",
    "l.founded = r.founded AND l.region = r.region AND l.industry = r.industry",
)


def _settings(learnt: _Learnt) -> Any:
    """The model with what is known of its parameters; only its plain SQL, which every backend understands."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import SettingsCreator

    comparisons: list[Any] = []
    for column, by_frequency, between in _COMPARISONS:
        absent = (
            cll.CustomLevel("NOT (core_l <> '' AND core_r <> '')", "no core").configure(is_null_level=True)
            if column == "core"
            else cll.NullLevel(column)
        )
        told = [
            cll.ExactMatchLevel(column, term_frequency_adjustments=by_frequency),
            *(cll.CustomLevel(sql, label) for sql, label in between),
            cll.ElseLevel(),
        ]
        for level, (m, u) in zip(told, learnt.levels.get(column, ()), strict=False):
            if m is not None:
                level.configure(m_probability=m)
            if u is not None:
                level.configure(u_probability=u)
        comparisons.append(cl.CustomComparison(output_column_name=column, comparison_levels=[absent, *told]))
    rules: list[Any] = [f"{rule} AND {_APART}" for rule in _BLOCKS]
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="unique_id",
        comparisons=comparisons,
        probability_two_random_records_match=learnt.match_share,
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
    )


def _parameters(linker: Any, match_share: float) -> _Learnt:
    model = linker.misc.save_model_to_json()
    return _Learnt(
        match_share,
        {
            comparison["output_column_name"]: [
                (level.get("m_probability"), level.get("u_probability"))
                for level in comparison["comparison_levels"]
                if not level.get("is_null_level")
            ]
            for comparison in model["comparisons"]
        },
    )


def _linker(database: Any, table: str | Any, learnt: _Learnt) -> Any:
    from splink import Linker

    return Linker(database.register(table), _settings(learnt), log_level=None, validate_settings=False)


def _learn(db: Any, total: int) -> _Learnt:
    """Parameters from samples whose sizes do not depend on that of the register.

    u (agreement of two firms by chance) from all pairs of a plain sample. m (agreement of two records of one firm) by
    expectation maximisation within whole blocks: all records of some pairs of core and district, and of some
    pairs of address and founding day.
    """
    from splink.internals.duckdb.database_api import DuckDBAPI
    from splink.internals.exceptions import EMTrainingException

    bound = int(min(1.0, LEARN_ROWS / total) * DRAWS)
    agreeing = _number(
        db,
        "SELECT sum(n * (n - 1) / 2) FROM (SELECT count(*) AS n FROM records "
        f"WHERE draw_name < {bound} AND industry IS NOT NULL AND founded IS NOT NULL "
        "GROUP BY core, region, industry, founded)",
    )
    if not agreeing:
        raise _too_few(total)
    share = agreeing * (DRAWS / bound) / _AGREE_SHARE / (total * (total - 1) / 2)
    learnt = _Learnt(min(share, 0.5), {})
    chance = int(min(1.0, CHANCE_ROWS / total) * DRAWS)
    db.execute(f"CREATE TABLE chance AS SELECT {_COLUMNS} FROM records WHERE draw < {chance}")
    db.execute(
        f"CREATE TABLE blocks AS SELECT {_COLUMNS}, draw_name, draw_place FROM records "
        f"WHERE draw_name < {bound} OR draw_place < {bound}"
    )
    try:
        linker = _linker(DuckDBAPI(db), "chance", learnt)
        # More pairs asked for than there are: all of them, nothing left to another draw.
        linker.training.estimate_u_using_random_sampling(max_pairs=float(total) ** 2, num_chunks=1)
        learnt = _parameters(linker, learnt.match_share)
        linker = _linker(DuckDBAPI(db), "blocks", learnt)
        for rule in (
            f"l.core = r.core AND l.region = r.region AND l.draw_name < {bound}",
            f"l.address = r.address AND l.founded = r.founded AND l.draw_place < {bound}",
        ):
            linker.training.estimate_parameters_using_expectation_maximisation(
                rule, estimate_without_term_frequencies=True, record_sample_proportion=1.0
            )
    except EMTrainingException as error:
        raise _too_few(total) from error
    finally:
        db.execute("DROP TABLE chance")
        db.execute("DROP TABLE blocks")
    return _parameters(linker, learnt.match_share)


def _too_few(total: int) -> NotComputableError:
    return NotComputableError(
        Text(
            f"{total:,} 条记录中没有足够相像的对，估不出重复的概率",
            f"too few of the {total:,} records resemble each other to estimate how duplicates look",
        ),
        hint=Text("用更大的登记文件", "use a larger register"),
    )


def _compare_here(
    db: Any, learnt: _Learnt, threshold: float, total: int, told: Callable[[float], None]
) -> list[pa.Table]:
    """Pairs, some districts at a time. How frequent a value is, is counted over all records."""
    from splink.internals.duckdb.database_api import DuckDBAPI

    for term in _TERMS:
        db.execute(
            f"CREATE TABLE tf_{term} AS SELECT {term}, "
            f"count(*)::DOUBLE / (SELECT count({term}) FROM records) AS tf_{term} "
            f"FROM records WHERE {term} IS NOT NULL GROUP BY {term}"
        )
    found: list[pa.Table] = []
    done = 0
    database: Any
    for regions, rows in _parts(db):
        listed = ", ".join(_quoted(region) for region in regions)
        db.execute(f"CREATE TABLE part AS SELECT {_COLUMNS} FROM records WHERE region IN ({listed})")
        database = DuckDBAPI(db)
        linker = _linker(database, "part", learnt)
        for term in _TERMS:
            db.execute(
                f"CREATE TABLE part_{term} AS SELECT * FROM tf_{term} WHERE {term} IN (SELECT {term} FROM part)"
            )
            linker.table_management.register_term_frequency_lookup(database.register(f"part_{term}"), term)
        predicted = linker.inference.predict(threshold_match_probability=threshold, warning_mode="never")
        found.append(_pairs(predicted.as_pyarrow_table()))
        database.delete_tables_created_by_splink_from_db()
        for table in ("part", *(f"part_{term}" for term in _TERMS)):
            db.execute(f"DROP TABLE {table}")
        done += rows
        told(0.2 + 0.75 * done / total)
    return found


def _parts(db: Any) -> list[tuple[list[str], int]]:
    """Districts put together until they have enough records."""
    parts: list[tuple[list[str], int]] = []
    for region, rows in db.execute(
        "SELECT region, count(*) FROM records WHERE region IS NOT NULL GROUP BY region ORDER BY region"
    ).fetchall():
        if parts and parts[-1][1] + rows <= PART_ROWS:
            parts[-1] = ([*parts[-1][0], str(region)], parts[-1][1] + rows)
        else:
            parts.append(([str(region)], rows))
    return parts


def _compare_on_spark(
    records: pa.Table | Sequence[Path], learnt: _Learnt, threshold: float, machines: SparkCompute
) -> list[pa.Table]:
    from splink import SparkAPI

    from lianzhang.compute.spark import spark_errors

    session = machines.session
    with spark_errors():
        frame = (
            session.createDataFrame(records)
            if isinstance(records, pa.Table)
            else session.read.parquet(*(f"file://{path.absolute()}" for path in records))
        )
        # Plain SQL is all that the model asks for: none of splink's own functions, and no checkpoint folder.
        database = SparkAPI(  # type: ignore[no-untyped-call]
            spark_session=session, break_lineage_method="persist", register_udfs_automatically=False
        )
        linker = _linker(database, frame.selectExpr(*_columns()), learnt)
        predicted = linker.inference.predict(threshold_match_probability=threshold, warning_mode="never")
        return [_pairs(predicted.as_pyarrow_table())]


def _columns() -> list[str]:
    return _COLUMNS.split(", ")


def _pairs(found: pa.Table) -> pa.Table:
    return pa.table(
        {
            "unique_id_l": found["unique_id_l"],
            "unique_id_r": found["unique_id_r"],
            "probability": found["match_probability"].cast(pa.float64()),
        }
    )


def _codes(db: Any, pairs: pa.Table) -> pa.Table:
    """unique_id and uscc of the coded records among the pairs."""
    ids = pa.table(
        {"unique_id": pa.concat_arrays([*pairs["unique_id_l"].chunks, *pairs["unique_id_r"].chunks])}
    )
    db.register("paired", ids)
    found: pa.Table = db.execute(
        "SELECT unique_id, uscc FROM records WHERE uscc IS NOT NULL AND unique_id IN (SELECT unique_id FROM paired)"
    ).to_arrow_table()
    return found
