"""Kernels of risk: arrays in, arrays out."""
