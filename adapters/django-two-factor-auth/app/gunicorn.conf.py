"""How the site is served: as in production, and with a database that lives as long as the server."""

import os
import shutil
import tempfile

workers = 2
threads = 4
worker_class = "gthread"
accesslog = None
loglevel = "warning"
# It counts by the wall clock, which a run may move: a connection would close under a request.
keepalive = 0
wsgi_app = "portal.wsgi:application"

folder = tempfile.mkdtemp(prefix="fobwatch-django-")
worker_tmp_dir = folder
os.environ["PORTAL_DATABASE"] = os.path.join(folder, "portal.sqlite3")
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"


def on_starting(server):
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from django.contrib.sites.models import Site

    Site.objects.filter(pk=1).update(domain="portal.test", name="Portal")


def on_exit(server):
    shutil.rmtree(folder, ignore_errors=True)
