"""How the site is served: as in production, and with a database that lives as long as the server."""

import os
import pathlib
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

PREFIX = "fobwatch-django-"


def is_alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


# Whoever is killed cannot tidy up; the next one does it instead.
for left in pathlib.Path(tempfile.gettempdir()).glob(PREFIX + "*"):
    owner = left.name.removeprefix(PREFIX).partition("-")[0]
    if owner.isdigit() and not is_alive(int(owner)):
        shutil.rmtree(left, ignore_errors=True)

folder = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")
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
