"""The rules of a programme as pure functions: no database, no clock, no network.

Every moment is an argument. The values (days, amounts, windows) stand in a programme file with the date
from which they hold and the article that says so; see `docs/programme-file.md`.
"""
