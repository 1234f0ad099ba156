"""Lianzhang (链长): the open-source industry brain for a region's manufacturing clusters."""

__version__ = "0.1.0"
