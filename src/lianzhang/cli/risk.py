"""``lianzhang risk``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from lianzhang.cli._common import at_least, emit_json, note, progress, say, table
from lianzhang.i18n import Text

if TYPE_CHECKING:
    from lianzhang.risk.model import FirmNetwork

app = App(name="risk", help="Which firm's failure hurts most, and what stops when.")

SelfLoops = Literal["keep", "drop", "error"]

app.command(
    "lianzhang.cli.risk_pack:stress",
    name="stress",
    help="The stress tests of the loaded region, day by day.",
)
app.command(
    "lianzhang.cli.risk_pack:remedy",
    name="remedy",
    help="What second sources, stocks and local makers would save.",
)

app.command(
    "lianzhang.cli.risk_day:shock",
    name="shock",
    help="What stops when: a scenario of one's own, day by day.",
)
app.command(
    "lianzhang.cli.risk_safety:points",
    name="points",
    help="Single points of failure of a cluster.",
)
app.command(
    "lianzhang.cli.risk_safety:safety",
    name="safety",
    help="Who depends on a firm or node, and what would replace it.",
)

Names = Annotated[list[str] | None, Parameter(negative_iterable=())]


@app.command
def rank(
    *,
    edges: Path | None = None,
    sectors: Path | None = None,
    types: Path | None = None,
    out: Path | None = None,
    epsilon: float = 0.01,
    converged: bool = False,
    firms: Path | None = None,
    sample: Annotated[int | None, at_least(1, "--sample")] = None,
    seed: Annotated[int, at_least(0, "--seed")] = 7,
    largest: Annotated[int | None, at_least(1, "--largest")] = None,
    workers: Annotated[int | None, at_least(1, "--workers")] = None,
    compute: Literal["local", "spark"] = "local",
    spark_master: str | None = None,
    self_loops: SelfLoops = "keep",
    draws: Annotated[int, at_least(1, "--draws")] = 5,
    by: Literal["sector", "district", "cluster", "node"] | None = None,
    json: bool = False,
) -> None:
    """Systemic risk index of every firm: the share of all output lost when it fails.

    With an edge list it needs no pack: give --edges, --sectors, --types and --out. Interrupted or killed, the same command
    goes on where it stopped. Without them the networks of the loaded region are ranked, which are reconstructed: the
    largest firms one by one, and a sample of the others.

    Parameters
    ----------
    edges
        Supplier, buyer, yearly sales: TSV, CSV or Parquet.
    sectors
        Sector number of firm 1, 2, … (one column), or firm and sector.
    types
        Matrix of input types: supplier sector (row) for buyer sector (column); 2 essential, 1 non-essential, 0 none.
    out
        CSV to write: firm, esri, downstream, upstream, steps.
    epsilon
        Stop after the step whose largest decrease of any firm's capacity is at most this (published: 0.01).
    converged
        Go on until nothing moves, instead.
    firms
        Only these failing firms, one per line.
    sample
        Only so many firms drawn at random.
    seed
        Seed of the draw.
    largest
        Only the so many firms with the largest sales.
    workers
        Threads; one per processor by default. Results do not depend on it.
    compute
        Where the firms are computed: on this machine, or on the workers of Spark. The results are the same.
    spark_master
        Spark's master, such as local[2] or spark://host:7077; by default what Spark's own settings say.
    self_loops
        Firms' sales to themselves: keep, drop or error.
    draws
        Without an edge list: networks for the band of uncertainty.
    by
        Without an edge list: fail whole sectors, districts, clusters or chain nodes instead of firms.
    json
        Print the summary as JSON.
    """
    from lianzhang.errors import UsageError

    if edges is None and sectors is None and types is None and out is None:
        if by is not None:
            from lianzhang.cli.risk_shock import region_groups

            region_groups(by, draws, json)
            return
        from lianzhang.cli.risk_pack import region_rank

        region_rank(draws, epsilon, largest, sample, json)
        return
    if edges is None or sectors is None or types is None or out is None:
        raise UsageError(
            Text(
                "--edges、--sectors、--types、--out 须一起给出；都不给则计算已载入的区域",
                "--edges, --sectors, --types and --out go together; without any of them the loaded region is ranked",
            )
        )
    import numpy as np

    from lianzhang.cli._machines import machines
    from lianzhang.risk import service
    from lianzhang.risk.model import CONVERGED_EPSILON
    from lianzhang.risk.network import read_firm_list, read_network

    if sum(choice is not None for choice in (firms, sample, largest)) > 1:
        raise UsageError(
            Text(
                "--firms、--sample、--largest 只能用一个",
                "--firms, --sample and --largest exclude each other",
            )
        )
    network = read_network(edges, sectors, types, self_loops=self_loops)
    for remark in network.remarks:
        note(remark)
    chosen = None
    if firms is not None:
        chosen = read_firm_list(firms, network.firm_ids)
    elif sample is not None:
        chosen = service.sample(network, sample, np.random.default_rng(seed))
    elif largest is not None:
        chosen = service.largest(network, largest)
    count = network.firms if chosen is None else len(chosen)
    with (
        machines(compute, spark_master) as session,
        progress(Text("逐家计算停产影响", "Failing firms one by one"), total=count) as show,
    ):
        result = service.rank(
            network,
            chosen,
            epsilon=epsilon,
            converged=converged,
            workers=workers,
            compute=session,
            checkpoint=out,
            progress=lambda done, _: show(done),
        )
    service.write_rank(network, result, out)
    service.finish_checkpoint(network, out, epsilon=CONVERGED_EPSILON if converged else epsilon)
    computed = count - result.resumed
    if json:
        emit_json(
            {
                "out": out,
                "firms": count,
                "resumed": result.resumed,
                "compute_seconds": result.compute_seconds,
                "epsilon": result.epsilon,
                "network": {"firms": network.firms, "links": network.links, "remarks": network.remarks},
            }
        )
        return
    seconds, per_firm = result.compute_seconds, result.compute_seconds / max(1, computed) * 1e3
    say(
        Text(
            f"{network.firms:,} 家企业，{network.links:,} 条链接；计算 {computed:,} 家，"
            f"用时 {seconds:.3f} 秒（每家 {per_firm:.3f} 毫秒）；续用 {result.resumed:,} 家",
            f"{network.firms:,} firms, {network.links:,} links; computed {computed:,} in {seconds:.3f} s "
            f"({per_firm:.3f} ms each), {result.resumed:,} taken from an interrupted run",
        )
    )
    say(Text(f"已写入 {out}", f"written to {out}"))


@app.command
def explain(
    *,
    edges: Path | None = None,
    sectors: Path | None = None,
    types: Path | None = None,
    firm: Names = None,
    node: Names = None,
    district: Names = None,
    sector: Names = None,
    cluster: Names = None,
    inflow: Names = None,
    largest: Names = None,
    within: Names = None,
    depth: float = 1.0,
    capacity: Path | None = None,
    epsilon: float = 0.01,
    converged: bool = False,
    top: Annotated[int, at_least(1, "--top")] = 20,
    self_loops: SelfLoops = "keep",
    draws: Annotated[int, at_least(1, "--draws")] = 3,
    json: bool = False,
) -> None:
    """Whom a failure reaches, and along which path.

    With an edge list it needs no pack. Without one the failure is on the reconstructed networks of the loaded region: name
    firms, chain nodes, districts, sectors or clusters, which fail together.

    Parameters
    ----------
    edges
        Supplier, buyer, yearly sales: TSV, CSV or Parquet.
    sectors
        Sector number of firm 1, 2, … (one column), or firm and sector.
    types
        Matrix of input types, as for ``risk rank``.
    firm
        Failing firm; repeat for several that fail together. In a region, the largest made-up firm of its sector and
        district stands in for a registered firm.
    node
        Region: failing chain node.
    district
        Region: failing district.
    sector
        Failing sector.
    cluster
        Region: failing cluster.
    inflow
        Region: sector or node whose inflow from elsewhere ends.
    largest
        Region: the largest made-up firms of a sector, written SECTOR=FIRMS.
    within
        Region: only firms in this district.
    depth
        Share of capacity that is lost.
    capacity
        Instead: a table of firm and the capacity left to it (0 … 1); other firms keep all of theirs.
    epsilon
        Stopping rule, as for ``risk rank``.
    converged
        Go on until nothing moves, instead.
    top
        How many of the most affected firms to show.
    self_loops
        Firms' sales to themselves: keep, drop or error.
    draws
        Region: networks for the band of uncertainty.
    json
        Print JSON.
    """
    if edges is None and sectors is None and types is None and capacity is None:
        from lianzhang.app.risk.scenario import Scenario
        from lianzhang.cli.risk_shock import UNNAMED, region_explain, targets_of

        who = targets_of(firm, node, district, sector, cluster, inflow, largest)
        wanted = Scenario(name=UNNAMED, who=who, within=tuple(within or ()), depth=depth, draws=draws)
        region_explain(wanted, top, json)
        return
    from lianzhang.errors import UsageError
    from lianzhang.risk import service
    from lianzhang.risk.network import capacities, read_capacities, read_network

    if edges is None or sectors is None or types is None:
        from lianzhang.cli.risk_day import together

        raise together()
    if (capacity is None) == (not firm and not sector) or node or district or cluster or inflow or largest:
        raise UsageError(
            Text(
                "有链接表时，请给 --firm、--sector，或 --capacity",
                "with an edge list give --firm and --sector, or --capacity",
            )
        )
    network = read_network(edges, sectors, types, self_loops=self_loops)
    psi = (
        read_capacities(capacity, network.firm_ids)
        if capacity is not None
        else capacities(network.firm_ids, dict.fromkeys(_firms_of(network, firm, sector), 1.0 - depth))
    )
    result = service.scenario(network, psi, epsilon=epsilon, converged=converged, top=top)
    if json:
        emit_json(result)
        return
    say(
        Text(
            f"产出损失 {result.esri:.4%}（下游 {result.downstream:.4%}，上游 {result.upstream:.4%}），"
            f"{result.steps} 步，波及 {result.reached:,} 家",
            f"{result.esri:.4%} of output lost (downstream {result.downstream:.4%}, upstream {result.upstream:.4%}) "
            f"in {result.steps} steps, {result.reached:,} firms reached",
        )
    )
    ways = {
        "shock": Text("冲击", "shock"),
        "downstream": Text("断供", "supplier fails"),
        "upstream": Text("断销", "buyer fails"),
    }
    from lianzhang.cli._common import lang

    table(
        Text("受影响最大的企业", "Most affected firms"),
        [
            Text("企业", "Firm"),
            Text("部门", "Sector"),
            Text("自身损失", "Own loss"),
            Text("占总产出", "Of all output"),
            Text("因", "Because"),
            Text("路径", "Path"),
        ],
        [
            (
                a.firm,
                a.sector,
                f"{a.loss:.2%}",
                f"{a.output_share:.4%}",
                ways[a.direction].get(lang()),
                " → ".join(a.path),
            )
            for a in result.affected
        ],
    )


def _firms_of(network: FirmNetwork, firms: list[str] | None, sectors: list[str] | None) -> list[str]:
    """Firms of an edge list that are named, and all of the sectors that are."""
    from lianzhang.errors import UnknownNameError

    found = list(firms or ())
    for label in sectors or ():
        if label not in network.sector_labels:
            raise UnknownNameError(Text("部门", "sector"), label, network.sector_labels)
        place = network.sector_labels.index(label)
        found += [network.firm_ids[k] for k in (network.sector == place).nonzero()[0].tolist()]
    return found


@app.command
def network(
    *,
    flows: Path | None = None,
    counts: Path | None = None,
    out: Path | None = None,
    districts: Path | None = None,
    suppliers: float = 3.0,
    elasticity: float = 0.35,
    decay_km: float = 150.0,
    spread: float = 1.8,
    seed: Annotated[int, at_least(0, "--seed")] = 7,
    draws: Annotated[int, at_least(1, "--draws")] = 5,
    json: bool = False,
) -> None:
    """Reconstruct a firm network from an input–output table and counts of firms.

    From files it needs no pack: give --flows, --counts and --out. Without them the networks of the loaded region are
    reconstructed and kept. The firms are made up: read results by sector, district and size, never by firm.

    Parameters
    ----------
    flows
        Input–output flows: matrix with labels, supplier sectors in rows.
    counts
        Table of sector, district, firms, revenue.
    out
        Folder to write edges.tsv, sectors.tsv and firms.tsv into.
    districts
        Table of district, lon, lat, for distances.
    suppliers
        Suppliers of a firm of median revenue.
    elasticity
        How the number of suppliers grows with revenue.
    decay_km
        Distance at which the chance of a link falls to 1/e.
    spread
        Standard deviation of log revenue within a sector.
    seed
        Seed of the draw; other seeds give other draws of the same region.
    draws
        Without files: networks for the band of uncertainty.
    json
        Print the statistics as JSON.
    """
    if flows is None and counts is None and out is None:
        from lianzhang.cli.risk_pack import region_network

        region_network(draws, json)
        return
    if flows is None or counts is None or out is None:
        from lianzhang.errors import UsageError

        raise UsageError(
            Text(
                "--flows、--counts、--out 须一起给出；都不给则重构已载入的区域",
                "--flows, --counts and --out go together; without any of them the loaded region is reconstructed",
            )
        )
    import numpy as np

    from lianzhang.risk.reconstruction import Assumptions, read_tables, reconstruct, write

    tables = read_tables(flows, counts, districts)
    drawn = reconstruct(
        tables, np.random.default_rng(seed), Assumptions(suppliers, elasticity, decay_km, spread)
    )
    write(drawn, out)
    if json:
        emit_json(
            {"out": out, "firms": len(drawn.firms.sector), "status": "reconstructed"} | drawn.statistics
        )
        return
    table(
        Text("重构的网络（非真实企业）", "Reconstructed network (no real firms)"),
        [Text("指标", "Statistic"), Text("值", "Value")],
        [("firms", f"{len(drawn.firms.sector):,}"), ("links", f"{len(drawn.links.sales):,}")]
        + [(name, f"{value:.3f}") for name, value in drawn.statistics.items()],
    )
    say(Text(f"已写入 {out}", f"written to {out}"))
