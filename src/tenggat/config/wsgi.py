"""What a web server runs: `granian --interface wsgi tenggat.config.wsgi:application`.

It needs DATABASE_URL and TENGGAT_HOME. A home that cannot be used stops it here, not at the first call. Style sheets
and pictures are laid into the home first, each under a name with its digest, and compressed once.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenggat.config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 -- after Django
from django.core.wsgi import get_wsgi_application  # noqa: E402

from tenggat.portal.opening import opened  # noqa: E402
from tenggat.webhooks.accepting import accepting  # noqa: E402

opened()
accepting()
call_command("collectstatic", interactive=False, verbosity=0)
application = get_wsgi_application()
