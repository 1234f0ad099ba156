"""Named SQL steps over the tables of chains. Each returns rows in a fixed, documented order."""

from __future__ import annotations

# --- input–output ----------------------------------------------------------------------------------------------

#: Heads of the tables, the main one first, then the newest.
IO_TABLES = """
SELECT io_table_id, name_zh, name_en, region_id, period, source_id, status
FROM io_tables ORDER BY main DESC, period DESC, io_table_id
"""

IO_SECTORS = """
SELECT i.sector_id, i.rank, i.output_cny, s.code, s.name_zh, coalesce(s.name_en, s.name_zh) AS name_en
FROM io_sectors i JOIN sectors s USING (sector_id)
WHERE i.io_table_id = $table_id ORDER BY i.rank
"""

IO_FLOWS = "SELECT from_sector, to_sector, value_cny FROM io_flows WHERE io_table_id = $table_id"

IO_FINAL_DEMAND = """
SELECT sector_id, category, value_cny FROM io_final_demand WHERE io_table_id = $table_id ORDER BY category, sector_id
"""

#: Components of value added; a stated total is left out where its parts are there.
IO_VALUE_ADDED = """
SELECT sector_id, component, value_cny FROM io_value_added
WHERE io_table_id = $table_id
  AND (component <> 'total' OR NOT EXISTS (
        SELECT 1 FROM io_value_added p WHERE p.io_table_id = $table_id AND p.component <> 'total'))
ORDER BY component, sector_id
"""

# --- clusters --------------------------------------------------------------------------------------------------

#: The main taxonomy of a kind, and the rest, by date.
TAXONOMIES = """
SELECT taxonomy_id, kind, name_zh, name_en, version, valid_from, valid_to, cluster_id, main, source_id, status
FROM taxonomies WHERE kind = $kind ORDER BY main DESC, valid_from DESC NULLS LAST, taxonomy_id
"""

TIERS = """
SELECT tier_id, rank, name_zh, name_en, members, source_id FROM tiers
WHERE taxonomy_id = $taxonomy ORDER BY rank
"""

CLUSTERS = """
SELECT c.cluster_id, c.tier_id, c.rank, c.name_zh, c.name_en, c.level_cny, c.level_deadline, c.level_measure,
       c.source_id, c.status
FROM clusters c JOIN tiers t USING (tier_id)
WHERE c.taxonomy_id = $taxonomy ORDER BY t.rank, c.rank
"""

CLUSTER_SECTORS = """
SELECT k.cluster_id, k.sector_id, k.main, k.coverage, s.classification, s.code, s.depth
FROM cluster_sectors k JOIN clusters c USING (cluster_id) JOIN sectors s USING (sector_id)
WHERE c.taxonomy_id = $taxonomy ORDER BY k.cluster_id, k.sector_id
"""

#: Figures of clusters in money: output value, revenue, scale and value added stay apart.
CLUSTER_OBSERVATIONS = """
SELECT i.cluster_id, i.indicator_id, i.name_zh, i.name_en, i.concept, o.period, o.value, o.comparator,
       o.source_id, o.status, o.note, o.preferred
FROM observations o JOIN indicators i USING (indicator_id) JOIN clusters c ON c.cluster_id = i.cluster_id
WHERE c.taxonomy_id = $taxonomy AND o.region_id = $region AND o.sector_id IS NULL AND o.value IS NOT NULL
  AND i.unit = 'yuan' AND i.concept IN ('output_value', 'revenue', 'scale', 'value_added')
ORDER BY i.cluster_id, i.concept, o.period, o.source_id
"""

#: Latest figure by sector for the region as a whole, such as revenue of above-scale industry by division.
SECTOR_OBSERVATIONS = """
SELECT o.sector_id, s.name_zh, coalesce(s.name_en, s.name_zh) AS name_en, o.period, o.value, o.source_id, o.status,
       i.unit
FROM observations o JOIN indicators i USING (indicator_id) JOIN sectors s ON s.sector_id = o.sector_id
WHERE o.indicator_id = $indicator AND o.region_id = $region AND o.value IS NOT NULL AND o.preferred
QUALIFY row_number() OVER (PARTITION BY o.sector_id ORDER BY o.period DESC, o.source_id) = 1
ORDER BY o.sector_id
"""

FIRM_CLUSTERS = """
SELECT k.firm_id, k.cluster_id, f.region_id
FROM firm_clusters k JOIN firms f USING (firm_id) JOIN clusters c USING (cluster_id)
WHERE c.taxonomy_id = $taxonomy AND f.closed IS NULL ORDER BY k.firm_id, k.cluster_id
"""

# --- chain -----------------------------------------------------------------------------------------------------

NODES = """
SELECT node_id, kind, parent_id, rank, name_zh, name_en, value_share, source_id, status, note
FROM nodes WHERE taxonomy_id = $taxonomy ORDER BY kind, rank, node_id
"""

#: Evidence that a firm makes a node. Evidence about the same node in another cut of the chain counts here too;
#: evidence about an assembly never counts for its components. ``local`` tells firms of the region (or below it).
NODE_MAKERS = """
WITH RECURSIVE same AS (
    SELECT node_id, node_id AS other FROM nodes WHERE taxonomy_id = $taxonomy
    UNION
    SELECT s.node_id, CASE WHEN l.from_node = s.other THEN l.to_node ELSE l.from_node END
    FROM same s JOIN node_links l ON l.kind = 'same_as' AND s.other IN (l.from_node, l.to_node)
),
inside AS (
    SELECT region_id FROM regions WHERE region_id = $region
    UNION
    SELECT r.region_id FROM regions r JOIN inside i ON r.parent_id = i.region_id
)
SELECT n.node_id, f.firm_id, f.name_zh, coalesce(f.name_en, f.name_zh) AS name_en, f.region_id,
       r.name_zh AS region_zh, r.name_en AS region_en, e.activity, e.evidence, e.evidence_date, e.capacity,
       e.capacity_unit, e.confidence, e.source_id, e.status, e.note,
       EXISTS (SELECT 1 FROM inside WHERE inside.region_id = f.region_id) AS local
FROM same n
JOIN firm_nodes e ON e.node_id = n.other
JOIN firms f USING (firm_id)
LEFT JOIN regions r ON r.region_id = f.region_id
WHERE f.closed IS NULL
ORDER BY n.node_id, e.activity DESC, f.firm_id, e.evidence
"""

NODE_SEARCHES = """
SELECT s.node_id, s.region_id, s.searched_on, s.where_zh, s.where_en, s.complete, s.source_id
FROM node_searches s JOIN nodes n USING (node_id)
WHERE n.taxonomy_id = $taxonomy AND s.region_id = $region ORDER BY s.node_id, s.searched_on DESC
"""

NODE_REGIONS = """
SELECT a.node_id, a.region_id, n.name_zh, n.name_en, r.name_zh AS region_zh, r.name_en AS region_en, a.source_id,
       a.status
FROM node_regions a JOIN nodes n USING (node_id) JOIN regions r USING (region_id)
WHERE n.taxonomy_id = $taxonomy ORDER BY n.rank, a.node_id, a.region_id
"""

#: Sectors of every node, with where each stands in its classification.
NODE_SECTORS = """
SELECT k.node_id, k.sector_id, s.classification, s.code, s.depth
FROM node_sectors k JOIN nodes n USING (node_id) JOIN sectors s USING (sector_id)
WHERE n.taxonomy_id = $taxonomy ORDER BY k.node_id, k.sector_id
"""

#: Concordance from one sector to another, either way.
SECTOR_LINKS = "SELECT from_sector, to_sector, share FROM sector_links ORDER BY from_sector, to_sector"

#: Every sector with its parent, to climb from a class to its division.
SECTOR_PARENTS = "SELECT sector_id, parent_id, depth FROM sectors"

NODE_SUPPLIES = """
SELECT l.from_node, l.to_node FROM node_links l
JOIN nodes a ON a.node_id = l.from_node JOIN nodes b ON b.node_id = l.to_node
WHERE l.kind = 'supplies' AND a.taxonomy_id = $taxonomy AND b.taxonomy_id = $taxonomy
ORDER BY l.from_node, l.to_node
"""

#: Firms outside the region in the sectors of a node (or below them), listed ones first.
FIRMS_ELSEWHERE = """
WITH RECURSIVE inside AS (
    SELECT region_id FROM regions WHERE region_id = $region
    UNION
    SELECT r.region_id FROM regions r JOIN inside i ON r.parent_id = i.region_id
),
wanted AS (
    SELECT unnest($sectors) AS sector_id
    UNION
    SELECT s.sector_id FROM sectors s JOIN wanted w ON s.parent_id = w.sector_id
)
SELECT f.firm_id, f.name_zh, coalesce(f.name_en, f.name_zh) AS name_en, f.region_id, r.name_zh AS region_zh,
       r.name_en AS region_en, f.sector_id, s.name_zh AS sector_zh, coalesce(s.name_en, s.name_zh) AS sector_en,
       s.depth, f.exchange, f.ticker, f.listed, f.industry_text, f.source_id, f.status
FROM firms f
JOIN wanted USING (sector_id)
JOIN sectors s USING (sector_id)
LEFT JOIN regions r USING (region_id)
WHERE f.closed IS NULL AND f.region_id IS NOT NULL AND f.region_id NOT IN (SELECT region_id FROM inside)
ORDER BY s.depth DESC, f.listed NULLS LAST, f.firm_id
"""

#: Firms outside the region with a product that names a node, one row a firm: its product with the largest share.
PRODUCTS_ELSEWHERE = """
WITH RECURSIVE inside AS (
    SELECT region_id FROM regions WHERE region_id = $region
    UNION
    SELECT r.region_id FROM regions r JOIN inside i ON r.parent_id = i.region_id
)
SELECT f.firm_id, f.name_zh, coalesce(f.name_en, f.name_zh) AS name_en, r.name_zh AS region_zh,
       r.name_en AS region_en, s.name_zh AS sector_zh, coalesce(s.name_en, s.name_zh) AS sector_en, f.exchange,
       f.ticker, f.listed, p.product, p.revenue_share_pct, p.period, p.source_id, p.status
FROM firm_products p
JOIN firms f USING (firm_id)
LEFT JOIN regions r USING (region_id)
LEFT JOIN sectors s USING (sector_id)
WHERE regexp_matches(p.product, $words) AND ($unless = '' OR NOT regexp_matches(p.product, $unless))
  AND f.closed IS NULL AND f.region_id IS NOT NULL AND f.region_id NOT IN (SELECT region_id FROM inside)
QUALIFY row_number() OVER (
    PARTITION BY f.firm_id ORDER BY p.revenue_share_pct DESC NULLS LAST, p.product, p.source_id) = 1
ORDER BY p.revenue_share_pct DESC NULLS LAST, f.firm_id
"""

#: Firms outside the region whose name holds a word of a node, in the industries in which the word counts; a firm
#: without an industry in words is taken by its name alone.
NAMES_ELSEWHERE = """
WITH RECURSIVE inside AS (
    SELECT region_id FROM regions WHERE region_id = $region
    UNION
    SELECT r.region_id FROM regions r JOIN inside i ON r.parent_id = i.region_id
)
SELECT f.firm_id, f.name_zh, coalesce(f.name_en, f.name_zh) AS name_en, r.name_zh AS region_zh,
       r.name_en AS region_en, s.name_zh AS sector_zh, coalesce(s.name_en, s.name_zh) AS sector_en, f.exchange,
       f.ticker, f.listed, f.industry_text, f.source_id, f.status,
       regexp_extract(f.name_zh, $words) AS word
FROM firms f
LEFT JOIN regions r USING (region_id)
LEFT JOIN sectors s USING (sector_id)
WHERE regexp_matches(f.name_zh, $words)
  AND (len($trades) = 0 OR f.industry_text IS NULL OR list_contains($trades, f.industry_text))
  AND f.closed IS NULL AND f.region_id IS NOT NULL AND f.region_id NOT IN (SELECT region_id FROM inside)
ORDER BY f.listed IS NULL, f.industry_text = '汽车配件' DESC NULLS LAST, f.firm_id
"""

#: The same node in other cuts of the chain.
SAME_NODES = """
WITH RECURSIVE same AS (
    SELECT $node AS node_id
    UNION
    SELECT CASE WHEN l.from_node = s.node_id THEN l.to_node ELSE l.from_node END
    FROM same s JOIN node_links l ON l.kind = 'same_as' AND s.node_id IN (l.from_node, l.to_node)
)
SELECT node_id FROM same WHERE node_id <> $node ORDER BY node_id
"""

#: Firms that make the final product, with the group they belong to and a stated capacity.
PRODUCT_MAKERS = """
SELECT DISTINCT ON (f.firm_id) f.firm_id, coalesce(f.group_id, f.firm_id) AS group_id, f.kind,
       g.name_zh AS group_zh, coalesce(g.name_en, g.name_zh) AS group_en, e.capacity, e.capacity_unit, e.source_id,
       e.status
FROM firm_nodes e
JOIN nodes n USING (node_id)
JOIN firms f USING (firm_id)
JOIN firms g ON g.firm_id = coalesce(f.group_id, f.firm_id)
WHERE n.taxonomy_id = $taxonomy AND n.kind = 'product' AND e.activity = 'makes' AND f.closed IS NULL
ORDER BY f.firm_id, e.capacity DESC NULLS LAST
"""
