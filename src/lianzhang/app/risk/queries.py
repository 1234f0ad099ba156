"""Named SQL steps from the tables of a region to the arrays that a network is reconstructed from."""

from __future__ import annotations

#: Divisions and the input–output sector that holds them.
LINKS = """
SELECT from_sector, to_sector FROM sector_links ORDER BY from_sector
"""

#: One figure by sector: the latest preferred observation of an indicator in one region.
BY_SECTOR = """
SELECT sector_id, value, period, source_id
FROM observations
WHERE indicator_id = $indicator AND region_id = $region AND sector_id IS NOT NULL AND value IS NOT NULL AND preferred
QUALIFY row_number() OVER (PARTITION BY sector_id ORDER BY period DESC, source_id) = 1
ORDER BY sector_id
"""

#: Indicators that hold national input coefficients, with the region they are about.
COEFFICIENTS = """
SELECT o.indicator_id, o.sector_id AS input, o.value, o.source_id
FROM observations o
WHERE starts_with(o.indicator_id, 'input_coefficient_') AND o.sector_id IS NOT NULL AND o.value > 0 AND o.preferred
ORDER BY o.indicator_id, o.sector_id
"""

#: Shares of parts in the output of their division, with names.
PARTS = """
SELECT o.sector_id, s.code, s.name_zh, coalesce(s.name_en, s.name_zh) AS name_en, o.value, o.source_id
FROM observations o JOIN sectors s USING (sector_id)
WHERE o.indicator_id = 'output_share_of_division' AND o.value > 0 AND o.preferred
ORDER BY o.sector_id
"""

#: Types of inputs.
TYPES = """
SELECT from_sector, to_sector, type, source_id FROM input_types ORDER BY from_sector, to_sector
"""

#: Representative points.
POINTS = """
SELECT region_id, lon, lat FROM geo_points ORDER BY region_id
"""

#: Stress tests.
SCENARIOS = """
SELECT * FROM scenarios ORDER BY scenario_id
"""

#: Sectors of nodes.
NODE_SECTORS = """
SELECT node_id, sector_id FROM node_sectors ORDER BY node_id, sector_id
"""
