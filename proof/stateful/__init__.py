"""Random histories on a real PostgreSQL, held against a small oracle; and faults planted to see whether it notices."""
