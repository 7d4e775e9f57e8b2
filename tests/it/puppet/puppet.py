"""An adapter that misbehaves on command, to test the harness: puppet.py BEHAVIOUR TOKEN.

It knows no server: everything that it is asked is answered with the same few replies. What it does
wrong, it does at the first `probe` of the scenario `first`, so that the scenarios after it show
whether the harness has recovered. TOKEN is not read: the test finds our processes by it.
"""

import json
import os
import signal
import subprocess
import sys
import threading

BEHAVIOUR, TOKEN = sys.argv[1], sys.argv[2]
OUTPUT = sys.stdout.buffer
NEVER = threading.Event()

WELCOME = {
    "protocol": 1,
    "implementation": {"name": "puppet"},
    "clock": "real",
    "max_in_flight": 4,
}

# Requests that are held back, and a mark for each misbehaviour that happens only once.
LATER = []
FAULTS = 0

# By how much a clock that stands still was moved.
ADVANCED = 0


def write(data):
    OUTPUT.write(data)
    OUTPUT.flush()


def line(message):
    return json.dumps(message).encode() + b"\n"


def answer(request, **outcome):
    write(line({"id": request["id"], **outcome}))


def ok(request):
    """The answer of a sound adapter."""
    reply = {"provision": "done", "sign_in": "signed_out", "probe": "signed_out"}
    if request["op"] in reply:
        answer(request, ok={"reply": reply[request["op"]]})
    elif request["op"] in ("open_scenario", "close_scenario", "bye"):
        answer(request, ok={})
    else:
        answer(request, unsupported={"feature": request["op"]})


def complain(text):
    print(text, file=sys.stderr, flush=True)


def child():
    """A process of our own that would live on, holding our output open."""
    pause = "import signal, sys; signal.pause()"
    return subprocess.Popen([sys.executable, "-c", pause, TOKEN])


def crash(request):
    complain("Traceback (most recent call last):")
    complain('  File "server.py", line 7, in probe')
    complain("ZeroDivisionError: division by zero")
    os._exit(3)


def flood_and_crash(request):
    for number in range(200_000):
        print("flooding line", number, file=sys.stderr)
    sys.stderr.flush()
    os._exit(4)


def flood(request):
    for number in range(200_000):
        print("flooding line", number, file=sys.stderr)
    ok(request)


def pieces(request):
    data = line({"id": request["id"], "ok": {"reply": "signed_out"}})
    for at in range(len(data)):
        write(data[at:at + 1])


def late(request):
    LATER.append(request)


def twice(request):
    ok(request)
    ok(request)


def progress(request):
    for part in range(4):
        NEVER.wait(0.4)
        answer(request, progress="part %d of 4" % (part + 1))
    ok(request)


def fault_without_effect_once(request):
    global FAULTS
    FAULTS += 1
    if FAULTS == 1:
        answer(request, fault={"effect": "none", "message": "no route to the server"})
    else:
        ok(request)


def close_output(request):
    sys.stdout.close()
    os.close(1)
    complain("I go on without an output")
    NEVER.wait()


def with_child(then):
    def behave(request):
        child()
        then(request)

    return behave


AT_PROBE = {
    "closes-its-output": close_output,
    "crashes": crash,
    "crashes-with-a-child-running": with_child(crash),
    "doubles-an-answer": twice,
    "ends-without-a-word": lambda request: os._exit(0),
    "fault": lambda request: answer(
        request, fault={"effect": "unknown", "message": "the server hung up", "trace": "at x"}
    ),
    "fault-without-effect": lambda request: answer(
        request, fault={"effect": "none", "message": "no route to the server"}
    ),
    "fault-without-effect-once": fault_without_effect_once,
    "floods-stderr": flood,
    "floods-stderr-and-crashes": flood_and_crash,
    "hangs": lambda request: NEVER.wait(),
    "is-killed": lambda request: os.kill(os.getpid(), signal.SIGKILL),
    "is-late": late,
    "is-silent-once": lambda request: None,
    "logs-to-stdout": lambda request: (write(b"DEBUG connected to 127.0.0.1\n"), ok(request)),
    "no-id": lambda request: write(line({"ok": {"reply": "signed_out"}})),
    "no-json": lambda request: write(b'{"id": "' + request["id"].encode() + b'", ok\n'),
    "no-outcome": lambda request: answer(request),
    "no-utf8": lambda request: write(b"\xff\xfe\x00\n"),
    "number-as-id": lambda request: write(
        line({"id": int(request["id"]), "ok": {"reply": "signed_out"}})
    ),
    "pieces": pieces,
    "signs-of-life": progress,
    "too-long-a-line": lambda request: write(b"x" * (3 * 1024 * 1024) + b"\n"),
    "two-outcomes": lambda request: answer(request, ok={}, reject={"class": "denied"}),
    "unknown-class": lambda request: answer(request, reject={"class": "code.guessed"}),
    "unknown-reply": lambda request: answer(request, ok={"reply": "signed_off"}),
    "unknown-value": lambda request: answer(
        request, ok={"reply": "code_required", "channel": "pigeon"}
    ),
    "wrong-id": lambda request: write(line({"id": "wrong", "ok": {"reply": "signed_out"}})),
}


def hello(request):
    if BEHAVIOUR == "crashes-at-hello":
        crash(request)
    elif BEHAVIOUR == "hangs-at-hello":
        complain("waiting for the database")
        NEVER.wait()
    elif BEHAVIOUR == "logs-at-hello":
        write(b"Listening on port 8080\n")
    elif BEHAVIOUR == "speaks-version-2":
        answer(request, ok={**WELCOME, "protocol": 2})
    elif BEHAVIOUR == "has-no-name":
        answer(request, ok={"protocol": 1})
    elif BEHAVIOUR == "forgets-its-clock":
        now = "2030-01-01T00:%02d:00Z" % (ADVANCED // 60)
        answer(request, ok={**WELCOME, "clock": "shared_virtual", "now": now})
    elif BEHAVIOUR == "wants-one-at-a-time":
        answer(request, ok={**WELCOME, "isolation": "none"})
    elif BEHAVIOUR == "tells-no-time":
        answer(request, ok={**WELCOME, "clock": "shared_virtual"})
    elif BEHAVIOUR == "does-not-want":
        answer(request, unsupported={"feature": "being tested"})
    else:
        # What a version to come may say is ignored.
        answer(request, ok={**WELCOME, "declares": {"future": 1}, "grease": [{}]}, grease=None)


def careless(request):
    """Many mistakes at once, each a common one."""
    if request["op"] == "hello":
        return answer(request, ok={**WELCOME, "declares": {"digits": 6}, "hosts": {"a": "b"}})
    if str(request["id"]).isdigit():
        return write(line({"id": int(request["id"]), "ok": {}}))
    if request["op"] == "probe":
        return answer(request, ok={"state": "signed_out"})
    if request["op"] == "sign_in":
        if "user" not in request["args"]:
            complain("KeyError: 'user'")
            os._exit(1)
        write(b"checking %s\n" % request["args"]["user"].encode())
        return answer(request, reject={"class": "bad_password"})
    if request["op"] == "bye":
        sys.exit(1)
    return answer(request, ok={})


def hear(request):
    if BEHAVIOUR == "is-careless":
        return careless(request)
    if request["op"] == "hello":
        return hello(request)
    if BEHAVIOUR == "forgets-its-clock":
        return keep_time(request)
    if BEHAVIOUR == "crashes-always":
        crash(request)
    if BEHAVIOUR == "is-deaf":
        return None
    if BEHAVIOUR == "crashes-at-a-probe-beside-others":
        return crash_beside_others(request)
    scope = request.get("scope", {})
    if request["op"] == "probe" and scope.get("scenario") == "first" and BEHAVIOUR in AT_PROBE:
        if BEHAVIOUR not in ("is-late", "is-silent-once", "doubles-an-answer") or not LATER:
            LATER.append(None)
            return AT_PROBE[BEHAVIOUR](request)
    for earlier in [one for one in LATER if one]:
        ok(earlier)
    LATER[:] = [None] * len(LATER)
    return ok(request)


def keep_time(request):
    """Has a clock of its own, which is gone when it ends; lists a token that tells the time."""
    global ADVANCED
    if request["op"] == "advance_clock":
        ADVANCED += int(request["args"]["seconds"])
        answer(request, ok={"reply": "done"})
    elif request["op"] == "list_tokens":
        answer(request, ok={"reply": "tokens", "tokens": [{"id": str(ADVANCED), "kind": "mobile"}]})
    elif request["op"] == "probe":
        crash(request)
    else:
        ok(request)


def crash_beside_others(request):
    """Before the first end, waits for two requests; after it, ends at a `probe` alone."""
    if request["op"] not in ("probe", "sign_in"):
        return ok(request)
    LATER.append(request)
    marker = sys.argv[3]
    if os.path.exists(marker):
        return crash(request) if request["op"] == "probe" else ok(request)
    if len(LATER) == 2:
        with open(marker, "w", encoding="utf-8"):
            pass
        crash(request)
    return None


def main():
    if BEHAVIOUR == "ignores-its-end":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child()
    for written in sys.stdin.buffer:
        try:
            request = json.loads(written)
        except ValueError:
            complain("this is no request")
            os._exit(5)
        if BEHAVIOUR == "ignores-its-end" and request["op"] == "bye":
            continue
        hear(request)
        if request["op"] == "bye":
            return
    if BEHAVIOUR == "ignores-its-end":
        NEVER.wait()


main()
