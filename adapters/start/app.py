"""An adapter for fobwatch to an authenticator app. It answers already; make each handler drive your
app, or call what is inside it.

    fobwatch adapter doctor 'exec:python3 adapter.py'
    fobwatch run --against 'exec:python3 adapter.py'

What your app refuses is a `Reject`. What it has not is `Unsupported`: scenarios that need it are
skipped.
"""

from fobwatch import Adapter, Reject, Unsupported, reply

adapter = Adapter("My app", version="1.0", language="python", role="token")

# A stand-in for your app: the key URI that each scenario added last.
accounts = {}


@adapter.on("add_account")
def add_account(args, scope):
    """`args["qr"]`, if it is there, is the QR code as a PNG in base64: show it to the camera.
    Without it, open the link `args["uri"]`."""
    accounts.pop(scope.scenario, None)
    if not args.get("uri", "").startswith("otpauth://"):
        raise Reject("malformed")
    accounts[scope.scenario] = args["uri"]
    return reply("done")


@adapter.on("show_code")
def show_code(args, scope):
    """The code of the account that was added last, with the app's clock at `args["time"]`."""
    if scope.scenario not in accounts:
        raise Reject("wrong_step")
    # return reply("code", code=my_app.code(…))
    raise Unsupported("show_code")


if __name__ == "__main__":
    adapter.run()
