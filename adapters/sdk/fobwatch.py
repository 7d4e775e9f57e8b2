"""The fobwatch adapter protocol, version 1, in one file. Python 3.9 or newer, nothing to install.

    from fobwatch import Adapter, Reject, Unsupported, reply

    adapter = Adapter("Acme IdP", version="3.1", clock="real")

    @adapter.on("sign_in")
    def sign_in(args, scope):
        if not my_server.password(args["user"], args["password"]):
            raise Reject("denied")
        return reply("code_required", channel="sms", destination="+44 •••• 23")

    adapter.run()

Run it by `fobwatch run --against 'exec:python3 adapter.py'`. With `--listen 127.0.0.1:4020` it
listens instead, for `--against attach:tcp://127.0.0.1:4020`: handy with a debugger.

- A handler gets `args` (a dict) and `scope` (`scope.scenario`, `scope.session`; sessions are
  browsers, so keep one cookie jar for each pair), and gives back `reply(NAME, …)`.
- `scope.address` is where this browser should connect from, if your server is on 127.0.0.1 of a
  Linux machine: `http.client.HTTPConnection(HOST, source_address=(scope.address or "", 0))`.
- `raise Reject(CLASS)` when your server says no, `raise Unsupported()` when it has no such thing.
  Any other exception is a fault of the adapter: nobody is blamed, and its trace is shown.
- An operation without a handler is unsupported, and scenarios that need it are skipped.
- `role="library"` or `role="token"` when what is tested is a library of one-time codes or an app.
- What you print goes to standard error; standard output belongs to the protocol.
"""

import json
import os
import socket
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor

PROTOCOL = 1
LONGEST_LINE = 1024 * 1024

__all__ = ["Adapter", "Fault", "Reject", "Scope", "Unsupported", "environment", "reply"]


class Reject(Exception):
    """Your server said no. `denied` is always a right class; name a closer one if it told why."""

    def __init__(self, reason="denied", retry_after=None, native=None):
        super().__init__(reason)
        self.body = _without_none({"class": reason, "retry_after": retry_after, "native": native})


class Unsupported(Exception):
    """Your server has no such thing."""

    def __init__(self, feature=None):
        super().__init__(feature or "this operation")
        self.body = _without_none({"feature": feature})


class Fault(Exception):
    """The adapter could not ask. `effect="none"`: certainly nothing was done, ask again."""

    def __init__(self, message, effect="unknown"):
        super().__init__(message)
        self.effect = effect


class Scope:
    """On whose behalf something is asked: a scenario, and a browser of it."""

    def __init__(self, written):
        self.scenario = written.get("scenario", "")
        self.session = written.get("session", "")
        self.address = written.get("address")

    @property
    def key(self):
        """What to keep a cookie jar by."""
        return (self.scenario, self.session)


def reply(name, native=None, **fields):
    """A reply: `reply("signed_in", assurance="two_factor")`. A field that is None is left out.

    `native={"status": 200, "body": …}` is what your server literally answered: evidence in reports.
    """
    return _without_none({"reply": name, **fields, "native": native})


def environment(run):
    """The variables that lead a server which you start to the gateways, though it knows only its
    provider's own name: `subprocess.Popen(command, env={**os.environ, **environment(run)})`, with
    what `on_hello` told as `run`. Empty if there are no gateways."""
    return ((run.get("gateways") or {}).get("proxy") or {}).get("environment") or {}


def _without_none(fields):
    return {name: value for name, value in fields.items() if value is not None}


class Adapter:
    """An implementation, described for the harness, with a handler for each operation it has."""

    def __init__(self, name, version=None, language=None, max_in_flight=4, **welcome):
        """`welcome` are further fields of the answer to `hello`: `role`, `features`, `declares`, `clock`,
        `now`, `isolation`, `hosts`, `delivered_within_ms`."""
        implementation = _without_none({"name": name, "version": version, "language": language})
        self._welcome = {
            "protocol": PROTOCOL,
            "implementation": implementation,
            "max_in_flight": max_in_flight,
            **welcome,
        }
        self._handlers = {}
        self._on_hello = None

    def on(self, operation):
        """Registers the function below it as the handler of `operation`."""

        def register(handler):
            self._handlers[operation] = handler
            return handler

        return register

    def on_hello(self, handler):
        """Registers a function that is told of the gateways and the seed, and may give back fields
        of the answer that are known only now: `{"now": …, "hosts": …}`. It may come again."""
        self._on_hello = handler
        return handler

    def run(self, arguments=None):
        """Answers until nobody asks any more."""
        arguments = sys.argv[1:] if arguments is None else arguments
        if "--listen" in arguments:
            try:
                self._listen(arguments[arguments.index("--listen") + 1])
            except KeyboardInterrupt:
                pass  # It is how a listening adapter is ended.
        else:
            self._speak_on_stdio()

    def _speak_on_stdio(self):
        # Whatever is printed from now on, by this program or those that it starts, is no message.
        output = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        self._converse(sys.stdin.buffer, output.write)
        # Handlers that still run have nobody to answer.
        sys.stderr.flush()
        os._exit(0)

    def _listen(self, address):
        host, _, port = address.rpartition(":")
        with socket.create_server((host, int(port))) as server:
            print("listening at tcp://%s:%d" % server.getsockname()[:2], flush=True)
            while True:
                connection, _ = server.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, connection.makefile("rb") as lines:
            try:
                self._converse(lines, connection.sendall)
            except OSError:
                pass  # The harness has gone; the next one may come.

    def _converse(self, lines, write):
        """Answers the requests that come as `lines` until `bye` or their end."""
        writing = threading.Lock()

        def send(message):
            line = json.dumps(message, ensure_ascii=False, separators=(",", ":")) + "\n"
            data = line.encode("utf-8", "replace")
            if len(data) > LONGEST_LINE:
                why = "the answer has %d bytes, a line may have %d" % (len(data), LONGEST_LINE)
                return send(_fault(message["id"], why))
            with writing:
                # A pipe may take less than all of it at once.
                view = memoryview(data)
                while view:
                    written = write(view)
                    view = view[written:] if written is not None else view[len(view):]

        room = ThreadPoolExecutor(max(1, self._welcome["max_in_flight"]))
        for line in lines:
            if not line.strip():
                continue
            try:
                request = json.loads(line)
                identity = request["id"]
                operation = request["op"]
            except (ValueError, TypeError, KeyError):
                print("this is no request: %r" % line[:160], file=sys.stderr, flush=True)
                continue
            if operation == "bye":
                # Whatever is under way is answered first.
                room.shutdown(wait=True)
                send(self._answer(identity, operation, request))
                return
            if operation == "hello":
                # It concerns everything, so nothing that comes after it overtakes it.
                send(self._answer(identity, operation, request))
            else:
                room.submit(lambda *asked: send(self._answer(*asked)), identity, operation, request)
        room.shutdown(wait=False, cancel_futures=True)

    def _answer(self, identity, operation, request):
        try:
            args = request.get("args") or {}
            if operation == "hello":
                return self._hello(identity, args)
            if operation == "bye":
                return {"id": identity, "ok": {}}
            handler = self._handlers.get(operation)
            if handler is None:
                return {"id": identity, "unsupported": {"feature": operation}}
            answer = handler(args, Scope(request.get("scope") or {}))
            return {"id": identity, "ok": {"reply": "done"} if answer is None else answer}
        except Reject as reject:
            return {"id": identity, "reject": reject.body}
        except Unsupported as unsupported:
            return {"id": identity, "unsupported": unsupported.body}
        except Fault as fault:
            return _fault(identity, str(fault), fault.effect)
        except Exception as error:  # pylint: disable=broad-except
            what = "%s: %s" % (type(error).__name__, error)
            return _fault(identity, what, trace=traceback.format_exc())

    def _hello(self, identity, args):
        spoken = args.get("protocol") or {}
        if not spoken.get("min", 1) <= PROTOCOL <= spoken.get("max", 1):
            return _fault(identity, "protocol %d is spoken here" % PROTOCOL, "none")
        known_now = self._on_hello(args) if self._on_hello else None
        return {"id": identity, "ok": {**self._welcome, **(known_now or {})}}


def _fault(identity, message, effect="unknown", trace=None):
    body = _without_none({"effect": effect, "message": message, "trace": trace})
    return {"id": identity, "fault": body}
