"""Sized cases with a peer or an oracle beside each; see README.md here."""
