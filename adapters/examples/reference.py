"""An adapter for the reference implementation, spoken to over its JSON API as any server would be.

    fobwatch reference --clock virtual --sms http://127.0.0.1:4011 --smtp 127.0.0.1:4012
    fobwatch run --sms 127.0.0.1:4011 --smtp 127.0.0.1:4012 \
        --against 'exec:python3 adapters/examples/reference.py http://127.0.0.1:4010'

A load needs a clock that runs: `--clock wall` there, and `--clock offset` behind the address here.

`adapters/reference.yaml` says the same without code. This is how an adapter of your own may look:
one cookie jar for each browser, one request for each operation, and your server's words translated
into those of the protocol (here they are the same words, because the server is ours).
"""

import http.client
import json
import os
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sdk"))

from fobwatch import Adapter, Reject, Unsupported, reply  # noqa: E402

BASE = next((word for word in sys.argv[1:] if word.startswith("http://")), "http://127.0.0.1:4010")
SERVER = urllib.parse.urlsplit(BASE).netloc

# How that server's clock can be moved: it stands until it is moved, unless it was started otherwise.
CLOCK = "offset" if "offset" in sys.argv[1:] else "shared_virtual"

OPERATIONS = [
    "provision", "sign_in", "choose_channel", "resend_code", "submit_code", "request_push",
    "await_push", "begin_enrolment", "submit_registration_code", "confirm_enrolment",
    "create_certificate", "probe", "list_tokens", "revoke_token", "cancel", "sign_out", "unlock",
    "resynchronise", "reset_factors", "advance_clock",
]

# Headers that differ between any two answers say nothing about the person.
EVERYDAY = {"connection", "content-length", "date", "transfer-encoding"}

adapter = Adapter(
    "Fobwatch reference behind an adapter",
    language="rust",
    clock=CLOCK,
    hosts={"reference.test": BASE},
    max_in_flight=16,
    declares={
        "code_digits": 8,
        "code_lifetime": 300,
        "attempts": 5,
        "lockout": 0,
        "token_digits": 6,
        "token_period": 30,
        "token_algorithm": "sha1",
        "token_window": 1,
        "activation_lifetime": 300,
        "messages": 5,
        "resend": "rotate",
        "push_number": True,
        "email_pin": "address_confirmation",
    },
)

# The cookie of each browser.
cookies = {}


def ask(method, path, body=None, cookie=None):
    """Sends one request, and gives back the answer with its body read."""
    headers = {"Content-Type": "application/json"}
    if cookie:
        headers["Cookie"] = cookie
    connection = http.client.HTTPConnection(SERVER, timeout=10)
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        return answer, json.loads(answer.read() or b"null")
    finally:
        connection.close()


@adapter.on_hello
def hello(_):
    """The harness begins where the server's clock stands."""
    _, body = ask("GET", "/api/clock")
    return {"now": body["now"]}


@adapter.on("close_scenario")
def close_scenario(_, scope):
    """Browsers of a scenario that is over are closed."""
    for key in [key for key in list(cookies) if key[0] == scope.scenario]:
        cookies.pop(key, None)
    return {}


def handler_of(operation):
    """All operations of this server are asked alike."""

    def handle(args, scope):
        if operation == "advance_clock":
            args = {"seconds": int(args["seconds"])}
        answer, body = ask("POST", "/api/" + operation, args, cookies.get(scope.key))
        cookie = answer.getheader("Set-Cookie")
        if cookie:
            cookies[scope.key] = cookie.split(";")[0]
        headers = [name for name, _ in answer.getheaders() if name.lower() not in EVERYDAY]
        native = {"status": answer.status, "headers": headers, "body": dict(body)}
        return meaning(body, native)

    return handle


def meaning(body, native):
    """What an answer of the server means in the words of the protocol."""
    error = body.pop("error", None)
    if error == "unsupported":
        raise Unsupported(body["feature"])
    if error:
        raise Reject(error, retry_after=body.get("retry_after"), native=native)
    state = body.pop("state")
    # The token is active; to the person at the page that is no different from done.
    return reply("done" if state == "activated" else state, native=native, **body)


for name in OPERATIONS:
    adapter.on(name)(handler_of(name))

if __name__ == "__main__":
    adapter.run()
