"""How it is served: as in production, and with databases that live as long as the server."""

import os
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

folder = tempfile.mkdtemp(prefix="fobwatch-privacyidea-")
worker_tmp_dir = folder
os.environ["PRIVACYIDEA_STATE"] = os.path.join(folder, "state")
shutil.copytree(os.environ["PI_PREPARED"], os.environ["PRIVACYIDEA_STATE"])


def on_exit(server):
    shutil.rmtree(folder, ignore_errors=True)
