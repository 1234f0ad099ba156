"""Named SQL steps of ledger and tracking. Each gives plain rows; no rule is hidden in SQL."""

#: Statements that stand: not superseded by a later row and not rejected by a person.
STANDING = """(
SELECT * FROM statements q
WHERE q.review IS DISTINCT FROM 'rejected' AND q.statement_id NOT IN (
  SELECT supersedes FROM statements WHERE supersedes IS NOT NULL)
)"""

#: Targets and expectations with indicator, region and source. One row per statement.
TARGETS = f"""
SELECT s.statement_id, s.locator, s.indicator_id, s.topic_zh, s.topic_en, s.region_id, s.cluster_id, s.kind,
       s.comparator, s.value, s.lower, s.upper, s.unit, s.measure, s.period_start, s.period_end, s.base_period,
       s.base_value, s.lost_reason, s.preferred, s.source_id, s.status,
       i.name_zh AS indicator_zh, i.name_en AS indicator_en, i.unit AS indicator_unit,
       i.measure AS indicator_measure, i.flow, i.concept,
       r.name_zh AS region_zh, r.name_en AS region_en,
       o.title_zh AS source_zh, o.title_en AS source_en, o.published
FROM {STANDING} s
LEFT JOIN indicators i USING (indicator_id)
LEFT JOIN regions r ON r.region_id = s.region_id
LEFT JOIN sources o ON o.source_id = s.source_id
WHERE s.kind IN ('target', 'expected')
ORDER BY s.statement_id
"""

#: Observed values of indicators as a whole (not by sector), with what decides which of several counts.
OBSERVATIONS = """
SELECT indicator_id, series, region_id, period, value, comparator, known_from, preferred, source_id, status
FROM observations
WHERE value IS NOT NULL AND sector_id IS NULL
ORDER BY indicator_id, series, region_id, period, source_id
"""

#: Where definitions changed.
BREAKS = """
SELECT indicator_id, series, region_id, period, reason_zh, reason_en
FROM series_breaks
ORDER BY indicator_id, series, region_id, period
"""

#: Disagreements by statement.
CONFLICTS = """
SELECT conflict_id, statement_id, other_statement_id, kind, explanation_zh, explanation_en, used_zh, used_en
FROM statement_conflicts
ORDER BY conflict_id
"""

#: Indicators that can be asked for by name.
INDICATORS = """
SELECT indicator_id, name_zh, name_en, unit, measure, flow, concept
FROM indicators
ORDER BY indicator_id
"""
