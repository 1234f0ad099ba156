"""Named SQL steps over the tables of places. Each returns rows in a fixed, documented order."""

from __future__ import annotations

#: Latest period for which counts by sector and region exist.
COUNT_PERIODS = """
SELECT DISTINCT period FROM sector_counts ORDER BY period DESC
"""

#: Counts of one period at the lowest places (no region that is another's parent) and at divisions: sectors one
#: level below sections, so that a total is never added to its parts.
UNIT_COUNTS = """
WITH counted AS (SELECT * FROM sector_counts WHERE period = $period),
     depth AS (SELECT max(s.depth) AS deepest FROM counted c JOIN sectors s USING (sector_id)),
     lowest AS (
         SELECT DISTINCT c.region_id FROM counted c
         WHERE NOT EXISTS (
             SELECT 1 FROM regions child JOIN counted k ON k.region_id = child.region_id
             WHERE child.parent_id = c.region_id
         )
     )
SELECT r.region_id, r.name_zh AS region_zh, r.name_en AS region_en, coalesce(r.short_zh, r.name_zh) AS short_zh,
       s.sector_id, s.code, s.name_zh AS sector_zh, coalesce(s.name_en, s.name_zh) AS sector_en,
       c.enterprises, c.source_id, c.status
FROM counted c
JOIN lowest USING (region_id)
JOIN regions r USING (region_id)
JOIN sectors s USING (sector_id), depth d
WHERE s.depth = d.deepest
ORDER BY r.region_id, s.classification, s.code
"""

#: Hexagons of the regions that were valid on a day.
HEXES = """
SELECT g.region_id, g.q, g.r, r.name_zh, r.name_en, coalesce(r.short_zh, r.name_zh) AS short_zh
FROM geo_hexes g JOIN regions r USING (region_id)
WHERE (r.valid_from IS NULL OR r.valid_from <= $day) AND (r.valid_to IS NULL OR r.valid_to >= $day)
ORDER BY g.region_id
"""

#: One indicator by region: for each region the latest period at or before the day.
LATEST_BY_REGION = """
SELECT o.region_id, o.period, o.value, o.source_id, o.status, i.name_zh, i.name_en, i.unit
FROM observations o JOIN indicators i USING (indicator_id)
WHERE o.indicator_id = $indicator AND o.sector_id IS NULL AND o.value IS NOT NULL AND o.preferred
QUALIFY row_number() OVER (PARTITION BY o.region_id ORDER BY o.period DESC, o.source_id) = 1
ORDER BY o.region_id
"""

#: Indicators in money that regions below the pack's own have, those with most regions first, industry before others.
INDICATORS_BY_REGION = """
WITH measured AS (
    SELECT i.indicator_id, any_value(i.name_zh) AS name_zh, any_value(i.name_en) AS name_en,
           any_value(i.unit) AS unit, any_value(i.concept) AS concept, count(DISTINCT o.region_id) AS regions
    FROM observations o JOIN indicators i USING (indicator_id) JOIN regions r USING (region_id)
    WHERE o.sector_id IS NULL AND o.value IS NOT NULL AND o.preferred AND i.unit = 'yuan' AND r.level = 'district'
    GROUP BY i.indicator_id
)
SELECT * FROM measured
ORDER BY regions DESC,
         list_position(['revenue', 'output_value', 'value_added', 'gdp'], concept) NULLS LAST, indicator_id
"""
