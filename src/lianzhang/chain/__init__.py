"""Clusters and chains: roll-ups, levels, coverage, supporting rates, gaps, input–output."""
