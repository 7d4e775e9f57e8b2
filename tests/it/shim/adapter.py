"""An adapter that starts a program with the shim, or without it, and shows what that says of the time."""

import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../adapters/sdk"))
from fobwatch import Adapter, reply  # noqa: E402

PRELOADED = {"LD_PRELOAD": os.environ["FOBWATCH_SHIM"]} if sys.argv[1:] != ["without"] else {}

adapter = Adapter("Its own server", clock="shim")


@adapter.on("probe")
def probe(args, scope):
    environment = {**os.environ, **PRELOADED}
    server = subprocess.run(["date", "+%s.%N"], env=environment, capture_output=True, check=True)
    times = {"server": float(server.stdout), "adapter": time.time()}
    return reply("signed_in", assurance="single_factor", native={"status": 200, "body": times})


adapter.run()
