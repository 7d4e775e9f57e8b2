"""A portal whose sign-in sends an SMS by the Twilio SDK as its documentation shows it.

Argument: the port. Account and token are in the environment; it knows nothing of the gateways. GET
/environment tells its environment as JSON, POST /telemetry calls home to a host of the internet.
"""

import json
import os
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from twilio.rest import Client


def sign_in():
    client = Client(os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"])
    client.messages.create(to="+447700900007", from_="Example", body="Your PIN is 482913")
    return {"state": "code_required"}


def telemetry():
    try:
        urllib.request.urlopen("https://telemetry.test/ping", timeout=10)
    except OSError as error:
        return {"failed": str(error)}
    return {}


class Portal(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(200, dict(os.environ) if self.path == "/environment" else {})

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(200, telemetry() if self.path == "/telemetry" else sign_in())

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Portal).serve_forever()
