"""Firm networks, systemic risk of firms, shocks that unfold day by day."""
