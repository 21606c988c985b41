"""Settings and start-up. Nothing below imports it."""
