"""Plans: documents become statements, statements a ledger, and the ledger says what will be missed."""
