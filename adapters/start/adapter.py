"""An adapter for fobwatch. It answers already; make each handler speak to your server.

    fobwatch adapter doctor 'exec:python3 adapter.py'
    fobwatch run --against 'exec:python3 adapter.py'

What your server has not, delete: scenarios that need it are skipped.
"""

from fobwatch import Adapter, Reject, Unsupported, reply

adapter = Adapter(
    "My server",
    version="1.0",
    language="python",
    # `real`: its clock cannot be moved. `offset`: the operation `advance_clock` moves it forward.
    clock="real",
    # What it says of itself; the suite holds it to this.
    declares={"code_digits": 6, "attempts": 5},
)

# A stand-in for your server: people by user name. Delete it when the handlers ask the real one.
people = {}


@adapter.on_hello
def hello(run):
    """`run["gateways"]`, if it is there, says where your server must hand over its messages:
    `["sms"]["url"]`, `["account"]`, `["token"]` (as Twilio's API) and `["smtp"]` (host:port). A
    server that you start, and that knows only its provider's own name, is led there by the
    variables of `fobwatch.environment(run)`."""


@adapter.on("provision")
def provision(args, scope):
    """Makes an invented person exist: an admin API of your server, or a hook for tests."""
    people[args["user"]] = {"password": args["password"], "mobile": args.get("mobile")}
    return reply("done")


@adapter.on("sign_in")
def sign_in(args, scope):
    """User name and password. `scope.key` tells browsers apart: one cookie jar for each."""
    person = people.get(args.get("user"))
    if person is None or person["password"] != args.get("password"):
        raise Reject("denied")
    # Your server would have sent a PIN now: reply("code_required", channel="sms").
    raise Unsupported("delivered codes")


@adapter.on("probe")
def probe(args, scope):
    """What may this browser do now?"""
    return reply("signed_out")


if __name__ == "__main__":
    adapter.run()
