"""How it is served: as in production, and with databases that live as long as the server."""

import os
import pathlib
import shutil
import tempfile

workers = 2
threads = 4
worker_class = "gthread"
accesslog = None
loglevel = "warning"
wsgi_app = "portal:application"
# It is set up once, before the workers are made.
preload_app = True
# It counts by the wall clock, which a run may move: a connection would close under a request.
keepalive = 0

PREFIX = "fobwatch-privacyidea-"


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
os.environ["PRIVACYIDEA_STATE"] = os.path.join(folder, "state")
os.environ["PRIVACYIDEA_PEOPLE"] = os.path.join(folder, "people.sqlite")
shutil.copytree(os.environ["PI_PREPARED"], os.environ["PRIVACYIDEA_STATE"])


def on_exit(server):
    shutil.rmtree(folder, ignore_errors=True)
