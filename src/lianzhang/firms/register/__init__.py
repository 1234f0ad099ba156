"""Registers of firms: any table in, clean tables out."""
