"""An adapter for fobwatch to a library of one-time codes. It makes codes already, by a few lines of
its own; make each handler call your library.

    fobwatch adapter doctor 'exec:python3 adapter.py'
    fobwatch run --against 'exec:python3 adapter.py'

What your library throws at bad input is a `Reject`. What it has not is `Unsupported`: scenarios
that need it are skipped.
"""

import hmac
import struct

from fobwatch import Adapter, Reject, Unsupported, reply

adapter = Adapter("My library", version="1.0", language="python", role="library")


def moving(args):
    """What the code is of: a counter (HOTP), or the number of the time step (TOTP)."""
    return args["counter"] if "counter" in args else args["time"] // args["period"]


@adapter.on("generate_code")
def generate_code(args, scope):
    """A code of `args["digits"]` digits. `args["key_base32"]` is the same key, for libraries that
    want it so; those of time want `args["time"]` and `args["period"]`, not the step."""
    # A stand-in for your library.
    key, message = bytes.fromhex(args["key_hex"]), struct.pack(">Q", moving(args))
    mac = hmac.new(key, message, args["algorithm"].lower()).digest()
    number = int.from_bytes(mac[mac[-1] & 15 :][:4], "big") & 0x7FFFFFFF
    return reply("code", code=str(number % 10 ** args["digits"]).zfill(args["digits"]))


@adapter.on("check_code")
def check_code(args, scope):
    """Whether `args["code"]` is right, `args["back"]` steps before to `args["ahead"]` after
    included, and not spent: `args["spent"]`, if it is there, is the last step that was accepted."""
    # return reply("checked", accepted=my_library.verify(…))
    raise Unsupported("check_code")


@adapter.on("read_key_uri")
def read_key_uri(args, scope):
    """What `args["uri"]` says: key_hex, kind, issuer, account, algorithm, digits, period, counter.
    What your library does not tell, leave out."""
    if not args.get("uri", "").startswith("otpauth://"):
        raise Reject("malformed")
    raise Unsupported("read_key_uri")


@adapter.on("decode_base32")
def decode_base32(args, scope):
    """The bytes of `args["text"]`: reply("bytes", hex=…)."""
    raise Unsupported("decode_base32")


if __name__ == "__main__":
    adapter.run()
