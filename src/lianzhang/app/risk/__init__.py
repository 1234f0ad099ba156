"""Risk of a loaded region: reconstructed networks, rank, stress tests, remedies; each kept as a run."""
