"""Pictures, tables and documents: what a reader sees, the same in report, page and print.

`model` holds the values to show, `draw` makes pictures of them, `page`, `workbook` and `word` make files. Nothing
here reads a store or a clock: the same values give the same file.
"""
