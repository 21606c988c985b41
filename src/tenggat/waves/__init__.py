"""Waves, seats, participations, holds: every move of one person, and the import of the accepted."""
