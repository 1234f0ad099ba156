"""Firms: registers read, cleaned, classified; duplicates; the gradient of rungs."""
