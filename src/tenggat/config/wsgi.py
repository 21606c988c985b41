"""What a web server runs: `granian --interface wsgi tenggat.config.wsgi:application`.

It needs DATABASE_URL and TENGGAT_HOME. A home that cannot be used stops it here, not at the first call.
"""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenggat.config.settings")
application = get_wsgi_application()

from tenggat.webhooks.accepting import accepting  # noqa: E402 -- after Django, which its models need

accepting()
