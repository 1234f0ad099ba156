"""Look into what is stored and computed: collections with filters and pages, kept readers, figures, jobs."""
