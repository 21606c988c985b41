"""The embedded PostgreSQL server: one per home, private to its user; it outlives the command.

`server` tells the story (find, create, start, wait, stop); `layout` knows where things live and who may own
them; `account` who the server runs as; `binaries` where PostgreSQL's programs are; `process` how to look at
and end a postmaster; `tuning` fits the settings to the machine.
"""

from tenggat.foundation.embedded.server import ensure, running_url, stop
from tenggat.foundation.embedded.unavailable import ServerUnavailable

__all__ = ["ServerUnavailable", "ensure", "running_url", "stop"]
