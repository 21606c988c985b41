"""What every room stands on: refusals, the clock, SQL files, keys, the home and the embedded server."""
