"""Questions that participants ask, with answers in both languages, found by PostgreSQL's own stemmers."""
