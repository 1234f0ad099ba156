"""Forecasts of short yearly series: scales, dynamic models in closed form, mixtures, and their combination."""
