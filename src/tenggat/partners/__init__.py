"""Training platforms as sources: their feeds, and up to when each has delivered everything."""
