"""`make bench`: what the engine costs beside the same writes done barely, as ratios of one run."""
