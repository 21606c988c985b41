"""Tenggat runs a benefit programme with a deadline: it reminds everyone in time, and revokes nobody wrongly."""

__version__ = "0.1.0"
