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

#: Name of a stress test.
SCENARIO = """
SELECT name_zh, coalesce(name_en, name_zh) AS name_en FROM scenarios WHERE scenario_id = $scenario
"""

#: Sectors of nodes.
NODE_SECTORS = """
SELECT node_id, sector_id FROM node_sectors ORDER BY node_id, sector_id
"""

#: Nodes of every chain taxonomy, the main one first, each from its product down.
CHAIN_NODES = """
SELECT n.node_id, n.kind, n.parent_id, n.name_zh, coalesce(n.name_en, n.name_zh) AS name_en, n.taxonomy_id
FROM nodes n JOIN taxonomies t USING (taxonomy_id)
WHERE t.kind = 'chain'
ORDER BY t.main DESC, t.valid_from DESC NULLS LAST, n.taxonomy_id,
         CASE n.kind WHEN 'product' THEN 0 WHEN 'system' THEN 1 WHEN 'assembly' THEN 2 ELSE 3 END, n.rank, n.node_id
"""

#: Clusters of the main cluster taxonomy.
CLUSTERS = """
SELECT c.cluster_id, c.tier_id, c.name_zh, coalesce(c.name_en, c.name_zh) AS name_en
FROM clusters c JOIN tiers t USING (tier_id)
WHERE c.taxonomy_id = (
    SELECT taxonomy_id FROM taxonomies WHERE kind = 'clusters'
    ORDER BY main DESC, valid_from DESC NULLS LAST, taxonomy_id LIMIT 1)
ORDER BY t.rank, c.rank, c.cluster_id
"""

#: Main sectors of clusters.
CLUSTER_SECTORS = """
SELECT cluster_id, sector_id, coverage FROM cluster_sectors WHERE main ORDER BY cluster_id, sector_id
"""

#: One registered firm.
FIRM = """
WITH RECURSIVE inside AS (
    SELECT region_id FROM regions WHERE region_id = $root
    UNION
    SELECT r.region_id FROM regions r JOIN inside i ON r.parent_id = i.region_id
)
SELECT firm_id, name_zh, coalesce(name_en, name_zh) AS name_en, sector_id, region_id,
       region_id IS NOT NULL AND region_id NOT IN (SELECT region_id FROM inside) AS elsewhere
FROM firms WHERE firm_id = $firm OR name_zh = $firm ORDER BY firm_id = $firm DESC, firm_id LIMIT 1
"""

#: Nodes that a firm makes.
FIRM_NODES = """
SELECT DISTINCT node_id FROM firm_nodes WHERE firm_id = $firm AND activity = 'makes' ORDER BY node_id
"""

#: A firm with all that belongs to the same group: plants, branches, sister firms and their parent.
GROUP_OF_FIRM = """
WITH RECURSIVE above AS (
    SELECT firm_id, group_id FROM firms WHERE firm_id = $firm
    UNION
    SELECT f.firm_id, f.group_id FROM firms f JOIN above a ON f.firm_id = a.group_id
),
family AS (
    SELECT firm_id FROM above
    UNION
    SELECT f.firm_id FROM firms f JOIN family y ON f.group_id = y.firm_id
)
SELECT firm_id FROM family ORDER BY firm_id
"""

#: The cut that a node belongs to.
NODE_TAXONOMY = "SELECT taxonomy_id FROM nodes WHERE node_id = $node"

#: Firms in the region or outside it: of some sectors, of what is below them or in the group (three digits) that they are
#: part of, then those whose division only is known. Listed ones first.
FIRMS_OF_SECTORS = """
WITH RECURSIVE inside AS (
    SELECT region_id FROM regions WHERE region_id = $region
    UNION
    SELECT r.region_id FROM regions r JOIN inside i ON r.parent_id = i.region_id
),
above AS (
    SELECT s.sector_id, s.parent_id, s.depth FROM sectors s WHERE s.sector_id IN (SELECT unnest($sectors))
    UNION
    SELECT s.sector_id, s.parent_id, s.depth FROM sectors s JOIN above a ON s.sector_id = a.parent_id
),
near AS (
    SELECT sector_id FROM above WHERE depth >= 3 OR sector_id IN (SELECT unnest($sectors))
    UNION
    SELECT s.sector_id FROM sectors s JOIN near n ON s.parent_id = n.sector_id
),
wanted AS (
    SELECT sector_id, true AS near FROM near
    UNION ALL
    SELECT sector_id, false FROM above WHERE depth = 2 AND sector_id NOT IN (SELECT sector_id FROM near)
)
SELECT f.firm_id, f.name_zh, coalesce(f.name_en, f.name_zh) AS name_en, r.name_zh AS region_zh, r.name_en AS region_en,
       s.name_zh AS sector_zh, coalesce(s.name_en, s.name_zh) AS sector_en, f.source_id, f.status, w.near
FROM firms f
JOIN wanted w USING (sector_id)
JOIN sectors s USING (sector_id)
LEFT JOIN regions r USING (region_id)
WHERE f.closed IS NULL AND f.region_id IS NOT NULL AND f.firm_id NOT IN (SELECT unnest($but::VARCHAR[])) AND f.kind <> 'brand'
  AND (f.region_id IN (SELECT region_id FROM inside)) = $here
ORDER BY w.near DESC, s.sector_id IN (SELECT unnest($sectors)) DESC, s.depth DESC, f.listed NULLS LAST, f.firm_id
LIMIT $most
"""
