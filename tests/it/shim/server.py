"""A small server with a second factor, and with answers about its time. It knows nothing of the shim.

    server.py PORT NOTE

NOTE is a file in which a program that ran before has written the time.
"""

import base64
import hashlib
import hmac
import json
import secrets
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PEOPLE = {}
SESSIONS = {}


def lasts(wait):
    """How many seconds `wait` takes by the clock that nobody moves."""
    start = time.monotonic()
    wait()
    return time.monotonic() - start


def facts():
    with open(sys.argv[2], encoding="ascii") as note:
        before = float(note.read())
    child = subprocess.run(["date", "+%s.%N"], capture_output=True, check=True, text=True)
    readings = [time.time_ns() for _ in range(3)]
    queue = threading.Semaphore(0)
    return {
        "before": before,
        "child": float(child.stdout),
        "readings_ns": readings,
        "sleep": lasts(lambda: time.sleep(0.05)),
        "timeout": lasts(lambda: queue.acquire(timeout=0.05)),
        "select": lasts(lambda: threading.Event().wait(0.05)),
        "unix": time.time(),
    }


def code(key):
    """RFC 6238: the code of this very step, and no other."""
    counter = (int(time.time()) // 30).to_bytes(8, "big")
    digest = hmac.new(key, counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(200, facts() if self.path == "/facts" else {})

    def do_POST(self):
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"null")
        person = SESSIONS.get(self.headers.get("Cookie", "").removeprefix("sid="))
        self.answer(*getattr(self, self.path.strip("/"))(sent, person))

    def people(self, sent, _):
        PEOPLE[sent["user"]] = {"password": sent["password"], "key": None}
        return 201, {}

    def login(self, sent, _):
        person = PEOPLE.get(sent["user"])
        if person is None or person["password"] != sent["password"]:
            return 401, {}
        self.sid = secrets.token_hex(16)
        SESSIONS[self.sid] = person
        return 200, {"next": "code" if person["key"] else "enrol"}

    def enrol(self, _, person):
        person["offered"] = secrets.token_bytes(20)
        secret = base64.b32encode(person["offered"]).decode()
        return 200, {"link": f"otpauth://totp/Small:ada?secret={secret}&issuer=Small"}

    def confirm(self, sent, person):
        if sent["code"] != code(person["offered"]):
            return 401, {}
        person["key"] = person["offered"]
        return 200, {"next": "nothing"}

    def code(self, sent, person):
        good = person["key"] and sent["code"] == code(person["key"])
        return (200, {"next": "nothing", "level": 2}) if good else (401, {})

    def answer(self, status, body):
        body = json.dumps(body).encode()
        self.send_response(status)
        if hasattr(self, "sid"):
            self.send_header("Set-Cookie", f"sid={self.sid}; Max-Age=86400")
            del self.sid
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Server).serve_forever()
