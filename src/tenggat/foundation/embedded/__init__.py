"""The embedded PostgreSQL server: one per home, private to its user; it outlives the command.

`server` tells the story (find, create, start, wait, stop); `cluster` makes a cluster's files and `session`
talks to it; `layout` knows where things live and who may own them; `account` who the server runs as;
`binaries` where PostgreSQL's programs are; `process` how to look at and end a postmaster; `tuning` fits the
settings to the machine; `log` bounds the server's log.
"""

import sys

from tenggat.foundation.embedded.unavailable import ServerUnavailable

if sys.platform == "win32":
    from tenggat.foundation.embedded.windows import ensure, running_url, stop
else:
    from tenggat.foundation.embedded.server import ensure, running_url, stop

__all__ = ["ServerUnavailable", "ensure", "running_url", "stop"]
