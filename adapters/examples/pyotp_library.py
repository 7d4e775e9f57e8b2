"""PyOTP as a library under test: `pip install pyotp`, then
`fobwatch run --against 'exec:python3 adapters/examples/pyotp_library.py'`."""

import hashlib
import os
import sys

import pyotp

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "sdk"))

from fobwatch import Adapter, Reject, Unsupported, reply  # noqa: E402

adapter = Adapter("PyOTP", role="library")


def otp(args):
    """The object for the key, digits, hash function and period of `args`."""
    given = {
        "s": args["key_base32"],
        "digits": args["digits"],
        "digest": getattr(hashlib, args["algorithm"].lower()),
    }
    if "counter" in args:
        return pyotp.HOTP(**given)
    return pyotp.TOTP(**given, interval=args["period"])


@adapter.on("generate_code")
def generate_code(args, scope):
    moving = args["counter"] if "counter" in args else args["time"]
    return reply("code", code=otp(args).at(moving))


@adapter.on("check_code")
def check_code(args, scope):
    if "spent" in args:
        raise Unsupported("check of spent codes")
    back, ahead = args["back"], args["ahead"]
    if "counter" in args:
        if back or ahead:
            raise Unsupported("look-ahead window")
        return reply("checked", accepted=otp(args).verify(args["code"], args["counter"]))
    if back != ahead:
        raise Unsupported("window of two different sides")
    right = otp(args).verify(args["code"], for_time=args["time"], valid_window=back)
    return reply("checked", accepted=right)


@adapter.on("read_key_uri")
def read_key_uri(args, scope):
    try:
        read = pyotp.parse_uri(args["uri"])
        key = read.byte_secret()
    except ValueError as why:
        raise Reject("malformed") from why
    counts = isinstance(read, pyotp.HOTP)
    return reply(
        "key",
        key_hex=key.hex(),
        kind="hotp" if counts else "totp",
        issuer=read.issuer,
        account=read.name,
        algorithm=read.digest().name,
        digits=read.digits,
        period=None if counts else read.interval,
        counter=read.initial_count if counts else None,
    )


@adapter.on("decode_base32")
def decode_base32(args, scope):
    try:
        return reply("bytes", hex=pyotp.OTP(args["text"]).byte_secret().hex())
    except ValueError as why:
        raise Reject("malformed") from why


adapter.run()
