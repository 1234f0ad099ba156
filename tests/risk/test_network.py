"""Reading networks: every layout that is promised, every error named with its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lianzhang.errors import FileFormatError, InputError, LianzhangError, UnknownNameError
from lianzhang.risk.model import FirmNetwork
from lianzhang.risk.network import capacities, read_capacities, read_firm_list, read_network

TYPES = ',"01","02"\n"01",2,1\n"02",0,2\n'


def read(
    folder: Path,
    edges: str = "1\t2\t5\n2\t3\t1.5\n",
    sectors: str = "1\n2\n2\n",
    types: str = TYPES,
    **options: str,
) -> FirmNetwork:
    for name, text in (("edges.tsv", edges), ("sectors.tsv", sectors), ("types.csv", types)):
        (folder / name).write_text(text, encoding="utf-8")
    return read_network(
        folder / "edges.tsv",
        folder / "sectors.tsv",
        folder / "types.csv",
        **options,  # type: ignore[arg-type]
    )


def test_reads_numbered_firms(tmp_path: Path) -> None:
    network = read(tmp_path)
    assert network.supplier.tolist() == [0, 1]
    assert network.buyer.tolist() == [1, 2]
    assert network.sales.tolist() == [5.0, 1.5]
    assert network.sector.tolist() == [0, 1, 1]
    assert network.types.tolist() == [[2, 1], [0, 2]]
    assert network.firm_ids == ("1", "2", "3")
    assert network.remarks == ()


@pytest.mark.parametrize("separator", ["\t", ",", ";"])
def test_reads_named_firms_with_headers_in_any_order(tmp_path: Path, separator: str) -> None:
    edges = "sales;buyer;supplier\n5;乙;甲\n1.5;丙;乙\n".replace(";", separator)
    sectors = "firm\tsector\n甲\t01\n乙\t02\n丙\t02\n"
    network = read(tmp_path, edges, sectors)
    assert network.firm_ids == ("甲", "乙", "丙")
    assert network.supplier.tolist() == [0, 1]
    assert network.buyer.tolist() == [1, 2]
    assert network.sector.tolist() == [0, 1, 1]


def test_reads_parquet(tmp_path: Path) -> None:
    plain = read(tmp_path)
    path = tmp_path / "edges.parquet"
    pq.write_table(pa.table({"supplier": [1, 2], "buyer": [2, 3], "sales": [5.0, 1.5]}), path)
    network = read_network(path, tmp_path / "sectors.tsv", tmp_path / "types.csv")
    assert np.array_equal(network.supplier, plain.supplier)
    assert np.array_equal(network.sales, plain.sales)


def test_repeated_links_are_summed_and_zero_links_dropped(tmp_path: Path) -> None:
    network = read(tmp_path, "1\t2\t5\n2\t3\t1\n1\t2\t2\n3\t1\t0\n")
    assert network.supplier.tolist() == [0, 1]
    assert network.sales.tolist() == [7.0, 1.0]
    assert network.remarks == ("1 links with zero sales dropped", "1 repeated links summed")


def test_links_to_oneself(tmp_path: Path) -> None:
    edges = "1\t1\t5\n1\t2\t5\n"
    assert read(tmp_path, edges).links == 2
    assert read(tmp_path, edges, self_loops="drop").links == 1
    with pytest.raises(InputError, match="link 1: firm 1 sells to itself"):
        read(tmp_path, edges, self_loops="error")


@pytest.mark.parametrize(
    ("part", "text", "kind", "message"),
    [
        ("edges", "1\t2\t5\n2\t9\t1\n", UnknownNameError, r"edges.tsv, link 2.*'9'"),
        ("edges", "0\t2\t5\n", UnknownNameError, r"link 1.*'0'"),
        ("edges", "1\t2\t-5\n", InputError, r"link 1: sales -5 is negative"),
        ("edges", "1\t2\t5\n1\t3\tnan\n", InputError, r"link 2: sales nan is missing"),
        ("edges", "1\t2\t5\n1\t3\t\n", InputError, r"link 2: sales nan is missing"),
        ("edges", "1\t2\tinf\n", InputError, r"not a finite number"),
        ("edges", "1\t2\t5\n2\t3\tmuch\n", InputError, r"line 2: sales 'much' is not a number"),
        ("edges", "1\t2\t5\n2\t3\n", FileFormatError, r"line 2 has 2 columns, not 3"),
        ("edges", "1\t2\n", FileFormatError, r"fewer than three columns"),
        ("edges", "1\t2\t0\n", InputError, r"no link with sales"),
        ("edges", "", FileFormatError, r"fewer than three columns"),
        ("edges", "1\t2\t5\n\t2\t5\n", LianzhangError, r"link 2"),
        ("sectors", "1\n7\n2\n", UnknownNameError, r"sectors.tsv, line 2.*'7'"),
        ("sectors", "", FileFormatError, r"is empty"),
        ("sectors", "firm\tsector\n1\t01\n1\t02\n", InputError, r"lists firm 1 twice"),
        ("types", ',"01","02"\n"01",2,1\n', FileFormatError, r"1 rows for 2 columns"),
        (
            "types",
            ',"01","02"\n"01",2,1\n"02",0,3\n',
            FileFormatError,
            r"line 3, column 02: '3' is not 0, 1 or 2",
        ),
        ("types", ',"01","02"\n"01",2,1\n"03",0,2\n', FileFormatError, r"line 3 is named '03'"),
        ("types", ',"01","01"\n"01",2,1\n"01",0,2\n', FileFormatError, r"label twice"),
        ("types", ',"01","02"\n"01",2\n"02",0,2\n', FileFormatError, r"line 2 has 2 cells"),
    ],
)
def test_names_what_is_wrong(
    tmp_path: Path, part: str, text: str, kind: type[LianzhangError], message: str
) -> None:
    with pytest.raises(kind, match=message) as caught:
        read(tmp_path, **{part: text})
    assert caught.value.message.zh
    assert caught.value.message.zh != caught.value.message.en


def test_missing_and_wrong_files(tmp_path: Path) -> None:
    read(tmp_path)
    with pytest.raises(FileFormatError, match="does not exist"):
        read_network(tmp_path / "none.tsv", tmp_path / "sectors.tsv", tmp_path / "types.csv")
    (tmp_path / "bad.parquet").write_bytes(b"no parquet")
    with pytest.raises(FileFormatError, match="not a Parquet file"):
        read_network(tmp_path / "bad.parquet", tmp_path / "sectors.tsv", tmp_path / "types.csv")
    (tmp_path / "types.csv").write_bytes("部门,01\n".encode("gb18030"))
    with pytest.raises(FileFormatError, match="UTF-8"):
        read_network(tmp_path / "edges.tsv", tmp_path / "sectors.tsv", tmp_path / "types.csv")


def test_firm_lists_and_capacities(tmp_path: Path) -> None:
    ids = ("a", "b", "c")
    path = tmp_path / "list.csv"
    path.write_text("firm\nc\na\n")
    assert read_firm_list(path, ids).tolist() == [2, 0]
    path.write_text("c\nz\n")
    with pytest.raises(UnknownNameError, match=r"line 2.*'z'"):
        read_firm_list(path, ids)
    path.write_text("firm,capacity\nb,0.25\n")
    assert read_capacities(path, ids).tolist() == [1.0, 0.25, 1.0]
    path.write_text("b,1.5\n")
    with pytest.raises(FileFormatError, match="line 1"):
        read_capacities(path, ids)
    with pytest.raises(UnknownNameError):
        capacities(ids, {"q": 0.0})
