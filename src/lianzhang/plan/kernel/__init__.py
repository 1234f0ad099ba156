"""Reading plan language: text in, statements out. Standard library and numpy/scipy only.

Stages, one module each: :mod:`text` (sentences, language), :mod:`dates`, :mod:`masks` (what looks like a quantity
and is none), :mod:`quantities` (numbers with scale word and unit), :mod:`frames` (which deadline governs a clause),
:mod:`decide` (comparator, kind, measure), :mod:`indicator`, :mod:`merge`; :mod:`extract` runs them over one document.
The words themselves are data (``data/*.toml``), compiled by :mod:`tables`.
"""
