"""Results as tables: what is kept as a run's snapshot, printed as JSON and written as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from lianzhang.chain.service import ChainMap, ClusterSystem, RegionalAccounts
from lianzhang.places.service import Specialisation
from lianzhang.plan.track_model import TrackRow


def _table(columns: Mapping[str, Sequence[object] | np.ndarray]) -> pa.Table:
    """A table in which what is not known (NaN) is null."""
    arrays = {
        name: pa.array(values, from_pandas=True) if isinstance(values, np.ndarray) else pa.array(values)
        for name, values in columns.items()
    }
    return pa.table(arrays)


def specialisation_tables(spec: Specialisation) -> dict[str, pa.Table]:
    """``cells`` region × sector, ``regions`` and ``sectors``."""
    n_regions, n_sectors = spec.enterprises.shape
    return {
        "cells": _table(
            {
                "region_id": np.repeat(np.array(spec.region_ids, dtype=object), n_sectors).tolist(),
                "sector_id": list(spec.sector_ids) * n_regions,
                "period": [spec.period] * (n_regions * n_sectors),
                "enterprises": spec.enterprises.ravel(),
                "location_quotient": spec.lq.ravel(),
                "specialised": spec.special.ravel().tolist(),
                "density": spec.density.ravel(),
            }
        ),
        "regions": _table(
            {
                "region_id": list(spec.region_ids),
                "name_zh": [t.zh for t in spec.regions],
                "name_en": [t.en for t in spec.regions],
                "enterprises": spec.enterprises.sum(axis=1),
                "effective_sectors": spec.diversification,
                "eci": spec.eci,
            }
        ),
        "sectors": _table(
            {
                "sector_id": list(spec.sector_ids),
                "name_zh": [t.zh for t in spec.sectors],
                "name_en": [t.en for t in spec.sectors],
                "enterprises": spec.enterprises.sum(axis=0),
                "effective_regions": spec.spread,
                "pci": spec.pci,
            }
        ),
    }


def accounts_tables(accounts: RegionalAccounts) -> dict[str, pa.Table]:
    """``sectors``: everything the input–output engine says of each sector."""
    return {
        "sectors": _table(
            {
                "sector_id": list(accounts.sector_ids),
                "name_zh": [t.zh for t in accounts.sectors],
                "name_en": [t.en for t in accounts.sectors],
                "output_cny": accounts.table.x,
                "output_multiplier": accounts.technology.output,
                "value_added_multiplier": accounts.technology.total[0],
                "local_output_multiplier": accounts.local.output,
                "local_value_added_multiplier": accounts.local.total[0],
                "backward_index": accounts.linked.backward_index,
                "forward_index": accounts.linked.forward_index,
                "net_outflow_cny": accounts.table.net_outflow,
                "net_inflow_cny": accounts.weak.net_inflow,
                "inflow_share": accounts.weak.inflow_share,
                "purchase_coefficient": accounts.purchase.r,
                "extraction_loss_cny": accounts.extraction.output_loss,
                "extraction_share": accounts.extraction.share,
                "row_residual_cny": accounts.balance.row_residual,
                "column_residual_cny": accounts.balance.column_residual,
            }
        )
    }


def chain_tables(chain: ChainMap) -> dict[str, pa.Table]:
    """``nodes`` with grades and ``makers`` with evidence."""
    records = [(n, k) for n in chain.nodes for k in n.makers]
    return {
        "nodes": _table(
            {
                "node_id": [n.node_id for n in chain.nodes],
                "kind": [n.kind for n in chain.nodes],
                "parent_id": [n.parent_id for n in chain.nodes],
                "name_zh": [n.name.zh for n in chain.nodes],
                "name_en": [n.name.en for n in chain.nodes],
                "status": [n.status for n in chain.nodes],
                "grade": [n.grade.name.lower() for n in chain.nodes],
                "local_makers": [len(n.local_makers) for n in chain.nodes],
                "searched": [n.searched for n in chain.nodes],
            }
        ),
        "makers": _table(
            {
                "node_id": [n.node_id for n, _ in records],
                "firm_id": [k.firm_id for _, k in records],
                "name_zh": [k.name.zh for _, k in records],
                "name_en": [k.name.en for _, k in records],
                "region_id": [k.region_id for _, k in records],
                "activity": [k.activity for _, k in records],
                "evidence": [k.evidence for _, k in records],
                "evidence_date": [k.evidence_date for _, k in records],
                "local": [k.local for _, k in records],
                "source_id": [k.source_id for _, k in records],
            }
        ),
    }


def cluster_tables(system: ClusterSystem) -> dict[str, pa.Table]:
    """``clusters`` with levels and counts, ``readings`` with attainment by year."""
    tier_name = {t.tier_id: t.name for t in system.tiers}
    everyone = system.clusters
    readings = [(c, r) for c in everyone for r in c.readings]
    return {
        "clusters": _table(
            {
                "cluster_id": [c.cluster_id for c in everyone],
                "tier_zh": [tier_name[c.tier_id].zh for c in everyone],
                "tier_en": [tier_name[c.tier_id].en for c in everyone],
                "name_zh": [c.name.zh for c in everyone],
                "name_en": [c.name.en for c in everyone],
                "level_cny": [c.level_cny for c in everyone],
                "enterprises_at_least": [c.enterprises.lower for c in everyone],
                "enterprises_at_most": [c.enterprises.upper for c in everyone],
                "latest_cny": [c.latest.value_cny if c.latest else None for c in everyone],
                "latest_concept": [c.latest.concept if c.latest else None for c in everyone],
                "latest_period": [c.latest.period.text if c.latest else None for c in everyone],
                "attained": [c.latest.attained if c.latest else None for c in everyone],
                "because_zh": [c.because.zh if c.because else None for c in everyone],
                "because_en": [c.because.en if c.because else None for c in everyone],
            }
        ),
        "readings": _table(
            {
                "cluster_id": [c.cluster_id for c, _ in readings],
                "concept": [r.concept for _, r in readings],
                "period": [r.period.text for _, r in readings],
                "value_cny": [r.value_cny for _, r in readings],
                "comparator": [r.comparator for _, r in readings],
                "attained": [r.attained for _, r in readings],
                "whole_year": [r.whole_year for _, r in readings],
                "source_id": [r.source_id for _, r in readings],
                "status": [r.status for _, r in readings],
            }
        ),
    }


def track_tables(rows: Sequence[TrackRow]) -> dict[str, pa.Table]:
    """``targets`` with verdicts and ``fan`` with the forecasts."""
    fan = [(r, f) for r in rows for f in r.fan]
    return {
        "targets": _table(
            {
                "statement_id": [r.ledger.statement_id for r in rows],
                "label_zh": [r.ledger.label.zh for r in rows],
                "label_en": [r.ledger.label.en for r in rows],
                "indicator_id": [r.ledger.indicator_id for r in rows],
                "target": [r.ledger.target for r in rows],
                "comparator": [r.ledger.comparator for r in rows],
                "unit": [r.ledger.indicator_unit for r in rows],
                "deadline": [r.ledger.deadline.text if r.ledger.deadline else None for r in rows],
                "latest": [r.ledger.latest.value if r.ledger.latest else None for r in rows],
                "latest_period": [r.ledger.latest.period.text if r.ledger.latest else None for r in rows],
                "gap": [r.ledger.gap for r in rows],
                "verdict": [r.verdict for r in rows],
                "probability": [r.probability for r in rows],
                "required_growth": [r.required_growth for r in rows],
                "recent_growth": [r.recent_growth for r in rows],
                "growth_unit": [r.growth_unit for r in rows],
                "reason_zh": [r.reason.zh for r in rows],
                "reason_en": [r.reason.en for r in rows],
            }
        ),
        "fan": _table(
            {
                "statement_id": [r.ledger.statement_id for r, _ in fan],
                "year": [f.year for _, f in fan],
                "low80": [f.low80 for _, f in fan],
                "low50": [f.low50 for _, f in fan],
                "median": [f.median for _, f in fan],
                "high50": [f.high50 for _, f in fan],
                "high80": [f.high80 for _, f in fan],
            }
        ),
    }
