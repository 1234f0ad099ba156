"""Use cases: one function for each thing a user asks for. No input or output formats."""
