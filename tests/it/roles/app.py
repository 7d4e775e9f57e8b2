"""An authenticator app without a screen, and its adapter. An argument names the one thing that it
does wrong. It has no camera: it takes the text of the QR code, as long as there is a picture."""

import base64
import hmac
import os
import re
import struct
import sys
from urllib.parse import parse_qsl, urlsplit

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../adapters/sdk"))

from fobwatch import Adapter, Fault, Reject, Unsupported, reply  # noqa: E402

DEFECT = sys.argv[1] if len(sys.argv) > 1 else None
KEYS = {}

adapter = Adapter("an app without a screen", role="token")


def taken(uri):
    parts = urlsplit(uri)
    given = dict(parse_qsl(parts.query))
    if parts.scheme != "otpauth" or parts.netloc not in ("totp", "hotp"):
        raise Reject("malformed")
    secret = given.get("secret", "" if DEFECT != "takes-everything" else "AAAA")
    if DEFECT == "takes-everything":
        secret = re.sub("[^A-Za-z2-7 =-]", "A", secret)
    bare = re.sub("[ =-]", "", secret)
    if DEFECT == "strict-secret" and (bare != secret or bare != bare.upper()):
        raise Reject("malformed")
    if not bare or re.search("[^A-Z2-7]", bare.upper()):
        raise Reject("malformed")
    if DEFECT == "needs-issuer" and "issuer" not in given:
        raise Reject("malformed")
    if DEFECT == "sha1-only-and-says-so" and given.get("algorithm", "SHA1") != "SHA1":
        raise Reject("malformed")
    if DEFECT == "ignores-algorithm":
        given.pop("algorithm", None)
    if DEFECT == "ignores-digits":
        given.pop("digits", None)
    if DEFECT == "ignores-period":
        given.pop("period", None)
    key = bare.upper()
    return {
        "key": base64.b32decode(key + "=" * (-len(key) % 8)),
        "algorithm": given.get("algorithm", "SHA1").lower(),
        "digits": int(given.get("digits", 6)),
        "period": int(given.get("period", 30)),
        "counter": int(given["counter"]) if "counter" in given else None,
    }


@adapter.on("add_account")
def add_account(args, scope):
    if "qr" in args and not base64.b64decode(args["qr"]).startswith(b"\x89PNG"):
        raise Fault("this is no picture")
    if "qr" not in args and DEFECT == "no-links":
        raise Unsupported("link")
    if "qr" not in args and DEFECT == "refuses-links":
        raise Reject()
    KEYS.pop(scope.scenario, None)
    KEYS[scope.scenario] = taken(args["uri"])
    return reply("done")


@adapter.on("show_code")
def show_code(args, scope):
    account = KEYS.get(scope.scenario)
    if account is None:
        raise Reject("wrong_step")
    time = args["time"] & 0x7FFFFFFF if DEFECT == "time-of-31-bits" else args["time"]
    step = account["counter"] if account["counter"] is not None else time // account["period"]
    if DEFECT == "one-step-late":
        step += 1
    mac = hmac.new(account["key"], struct.pack(">Q", step), account["algorithm"]).digest()
    offset = mac[-1] & 15
    number = struct.unpack(">I", mac[offset : offset + 4])[0] & 0x7FFFFFFF
    text = str(number % 10 ** account["digits"])
    if DEFECT != "leading-zeros-lost":
        text = text.zfill(account["digits"])
    return reply("code", code=text)


adapter.run()
