"""Putting what was read from a register together with what was imported before, in tables that may be larger than memory."""

from __future__ import annotations

import datetime
import os
import shutil
from pathlib import Path
from typing import Any

from lianzhang.firms.kernel.privacy import without_personal
from lianzhang.firms.register import clean
from lianzhang.firms.register.layout import Layout

#: Fields whose change is kept in the history, by table.
_WATCHED = {
    "firms": (
        "name_zh",
        "region_id",
        "sector_id",
        "founded",
        "closed",
        "capital_cny",
        "exchange",
        "ticker",
        "industry_text",
    ),
    "firm_texts": ("scope", "address", "capital_text"),
    "firm_classes": ("is_maker", "chain", "clusters"),
}
_FREE = ("name_zh", "industry_text", "scope", "address", "capital_text")
#: Examples kept of each kind of doubt.
_EXAMPLES = 3


def merge(work: Path, out: Path, memory_gb: float, layout: Layout) -> dict[str, Any]:
    """Put staged and earlier tables together in ``work``; returns the figures of the report.

    Args:
        work: folder with the staged tables, ``staged_<table>.parquet``; they are deleted.
        out: folder of the earlier import, if there is one.
        memory_gb: limit; above it, it spills to disk.
        layout: mapping of the import.
    """
    import duckdb

    names = [
        path.name.removeprefix("staged_").removesuffix(".parquet") for path in work.glob("staged_*.parquet")
    ]
    with duckdb.connect(":memory:") as db:
        db.execute(f"SET memory_limit = '{memory_gb}GB'")
        db.execute(f"SET temp_directory = {_quoted(work / 'spill')}")
        db.execute("SET preserve_insertion_order = false")
        for name in names:
            db.execute(
                f"CREATE VIEW s_{name} AS SELECT * FROM read_parquet({_quoted(work / f'staged_{name}.parquet')})"
            )
            old = out / f"{name}.parquet"
            where = f"read_parquet({_quoted(old)})" if old.is_file() else f"s_{name} WHERE false"
            db.execute(f"CREATE VIEW o_{name} AS SELECT * FROM {where}")
        # The last row of a code wins; the others are repeats, or, with another name, for the quarantine. Only the codes
        # that stand more than once are kept in a table, so that memory does not grow with the register.
        texts = f"read_parquet({_quoted(work / 'staged_firm_texts.parquet')}, file_row_number = true)"
        # Hashes first: eight bytes a firm, where its id takes fifty.
        db.execute(
            "CREATE TABLE seen AS SELECT hash(firm_id) AS h FROM s_firm_texts GROUP BY h HAVING count(*) > 1"
        )
        db.execute(
            f"""CREATE TABLE repeats AS
            SELECT firm_id, max(file_row_number) AS place, min(hash(name_key)) <> max(hash(name_key)) AS differs
            FROM {texts} WHERE hash(firm_id) IN (SELECT h FROM seen) GROUP BY firm_id HAVING count(*) > 1"""
        )
        single = not layout.products
        db.execute(
            f"""CREATE TABLE twice AS
            SELECT t.row, 'code-twice' AS reason, 'uscc' AS field, t.firm_id AS value, t.name_key AS name,
                   t.firm_id AS uscc
            FROM {texts} t JOIN repeats r USING (firm_id) JOIN {texts} l ON l.file_row_number = r.place
            WHERE {single} AND r.differs AND t.file_row_number <> r.place AND t.name_key <> l.name_key"""
        )
        db.execute(f"CREATE VIEW n_firms AS {_last_rows(_quoted(work / 'staged_firms.parquet'))}")
        figures = _write_merged(db, work, out)
    for name in names:
        (work / f"staged_{name}.parquet").unlink()
    shutil.rmtree(work / "spill", ignore_errors=True)
    return figures


def _last_rows(file: str) -> str:
    """Rows of a staged table with one row a firm, in the order of the texts: the last row of every firm."""
    return (
        f"SELECT s.* EXCLUDE (file_row_number) FROM read_parquet({file}, file_row_number = true) s "
        "WHERE NOT EXISTS (SELECT 1 FROM repeats r WHERE r.firm_id = s.firm_id AND s.file_row_number <> r.place)"
    )


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _write_merged(db: Any, work: Path, out: Path) -> dict[str, Any]:
    first = not (out / "firms.parquet").is_file()

    def write(name: str, query: str) -> None:
        db.execute(
            f"COPY ({query}) TO {_quoted(work / f'{name}.parquet')} (FORMAT parquet, COMPRESSION zstd)"
        )

    plain = first and db.execute("SELECT count(*) FROM repeats").fetchone() == (0,)

    def as_staged(name: str) -> bool:
        """Take a staged table over as it is, where no row of it is a repeat and nothing was there before."""
        if plain:
            os.link(work / f"staged_{name}.parquet", work / f"{name}.parquet")
        return plain

    def kept(name: str, imported: str) -> str:
        """Rows of the earlier import that stay, to follow the new ones."""
        if first:
            return ""
        return (
            f" UNION ALL BY NAME SELECT * FROM o_{name} WHERE firm_id NOT IN (SELECT firm_id FROM {imported})"
        )

    columns = [field.name for field in clean.FIRMS]
    merged = ", ".join(
        f"coalesce(n.{name}, o.{name}) AS {name}"
        if name != "firm_id"
        else "coalesce(n.firm_id, o.firm_id) AS firm_id"
        for name in columns
    )
    if first:
        # In the order of the file: sorting so wide a table spills beyond some million rows, and took half of the merge.
        if not as_staged("firms"):
            db.execute("SET preserve_insertion_order = true")
            write("firms", "SELECT * FROM n_firms")
            db.execute("SET preserve_insertion_order = false")
    else:
        write("firms", f"SELECT {merged} FROM n_firms n FULL JOIN o_firms o USING (firm_id) ORDER BY firm_id")
    _note_changes(db, work, first)
    when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    old_history = out / "firm_history.parquet"
    earlier = (
        f"UNION ALL BY NAME SELECT * FROM read_parquet({_quoted(old_history)})"
        if old_history.is_file()
        else ""
    )
    write("firm_history", f"SELECT *, '{when}' AS imported_at FROM changes {earlier}")
    for name in ("firm_texts", "firm_classes"):
        if as_staged(name):
            continue
        write(name, _last_rows(_quoted(work / f"staged_{name}.parquet")) + kept(name, "s_firm_texts"))
    for name, key in (("firm_nodes", "node_id"), ("firm_clusters", "cluster_id")):
        if as_staged(name):
            continue
        staged = f"read_parquet({_quoted(work / f'staged_{name}.parquet')}, file_row_number = true)"
        write(
            name,
            f"SELECT * EXCLUDE (file_row_number) FROM {staged} WHERE firm_id NOT IN (SELECT firm_id FROM repeats) "
            f"UNION ALL SELECT * EXCLUDE (file_row_number) FROM {staged} "
            "WHERE firm_id IN (SELECT firm_id FROM repeats) "
            f"QUALIFY row_number() OVER (PARTITION BY firm_id, {key} ORDER BY file_row_number DESC) = 1"
            + kept(name, "s_firm_classes"),
        )
    # A product may stand under several heads of one report: its largest share counts.
    write(
        "firm_products",
        "SELECT * FROM s_firm_products QUALIFY row_number() OVER (PARTITION BY firm_id, product "
        "ORDER BY revenue_share_pct DESC NULLS LAST) = 1" + kept("firm_products", "s_firm_products"),
    )
    write("quarantine", "SELECT * FROM s_quarantine UNION ALL BY NAME SELECT * FROM twice ORDER BY row")
    write("doubts", "SELECT * FROM s_doubts ORDER BY row, field")

    def count(query: str) -> int:
        return int(db.execute(query).fetchone()[0])

    found = db.execute(
        "SELECT reason, count(*) FROM (SELECT reason FROM s_quarantine UNION ALL SELECT reason FROM twice) "
        "GROUP BY 1 ORDER BY 1"
    ).fetchall()
    skipped = db.execute(
        "SELECT reason, count(*) FROM s_doubts WHERE field = '' GROUP BY 1 ORDER BY 1"
    ).fetchall()
    refused_twice = count("SELECT count(*) FROM twice")
    firms = count("SELECT count(*) FROM n_firms")
    products = count("SELECT count(*) FROM s_firm_products")
    mine = "" if first else "AND firm_id IN (SELECT firm_id FROM n_firms)"
    return {
        "firms": firms,
        "new": firms
        if first
        else count("SELECT count(*) FROM n_firms WHERE firm_id NOT IN (SELECT firm_id FROM o_firms)"),
        "changed": count("SELECT count(DISTINCT firm_id) FROM changes"),
        "repeated": 0 if products else count("SELECT count(*) FROM s_firm_texts") - firms - refused_twice,
        "products": products,
        "skipped": {str(reason): int(number) for reason, number in skipped},
        "doubts": _doubts(db),
        "quarantined": {str(reason): int(number) for reason, number in found},
        "makers": count(
            f"SELECT count(*) FROM read_parquet({_quoted(work / 'firm_classes.parquet')}) WHERE is_maker {mine}"
        ),
    }


def _doubts(db: Any) -> list[dict[str, Any]]:
    """Values that were not used, by field and reason, with the first of each."""
    found = db.execute(
        """SELECT field, reason, count(*), min(row, $most), arg_min(coalesce(value, ''), row, $most) FROM s_doubts
        WHERE field <> '' GROUP BY field, reason ORDER BY field, count(*) DESC, reason""",
        {"most": _EXAMPLES},
    ).fetchall()
    return [
        {
            "field": f,
            "reason": reason,
            "rows": int(n),
            "examples": [[r, v or None] for r, v in zip(rows, values, strict=True)],
        }
        for f, reason, n, rows, values in found
    ]


def _note_changes(db: Any, work: Path, first: bool) -> None:
    """Table ``changes``: firm, field, value before and after, of what the earlier import had otherwise."""
    if first:
        db.execute("CREATE TABLE changes (firm_id VARCHAR, field VARCHAR, before VARCHAR, after VARCHAR)")
        return
    for name in ("firm_texts", "firm_classes"):
        db.execute(f"CREATE VIEW n_{name} AS {_last_rows(_quoted(work / f'staged_{name}.parquet'))}")
    db.create_function("public_text", without_personal, ["VARCHAR"], "VARCHAR")
    queries = []
    for table, names in _WATCHED.items():
        # Hashes find the firms that changed, so that long texts are only fetched for these.
        every = ", ".join(names)
        db.execute(
            f"""CREATE TABLE c_{table} AS SELECT firm_id FROM (SELECT firm_id, hash({every}) AS h FROM o_{table}) o
            JOIN (SELECT firm_id, hash({every}) AS h FROM n_{table}) n USING (firm_id) WHERE o.h <> n.h"""
        )
        for name in names:
            old, new = f"CAST(o.{name} AS VARCHAR)", f"nullif(CAST(n.{name} AS VARCHAR), '')"
            if table == "firm_classes":
                new = f"CAST(n.{name} AS VARCHAR)"
            # What an earlier version let in must not come back through the history.
            before = f"public_text({old})" if name in _FREE else old
            queries.append(
                f"""SELECT o.firm_id, '{name}' AS field, {before} AS before, {new} AS after
                FROM (SELECT * FROM o_{table} WHERE firm_id IN (SELECT firm_id FROM c_{table})) o
                JOIN (SELECT * FROM n_{table} WHERE firm_id IN (SELECT firm_id FROM c_{table})) n USING (firm_id)
                WHERE {new} IS NOT NULL AND {old} IS DISTINCT FROM {new}"""
            )
    db.execute(
        "CREATE TABLE changes AS SELECT * FROM ("
        + " UNION ALL ".join(queries)
        + ") WHERE before IS DISTINCT FROM after"
    )
