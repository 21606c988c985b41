"""Which routes of this home may be called, and what proves a call."""

import functools
from collections.abc import Mapping

from tenggat.foundation import home
from tenggat.messaging.incoming import Incoming
from tenggat.messaging.routing import routes_of


@functools.cache
def accepting() -> Mapping[str, Incoming]:
    """The routes with [route.receipts], read once in a process. Raises HomeMissing, HomeUnusable, RoutesUnusable."""
    found = home.open_home(home.default_path())
    routes = routes_of(found.path, outbox=found.outbox, sandbox=found.sandbox)
    return {route.name: route.receipts for route in routes if route.receipts}
