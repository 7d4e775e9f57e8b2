"""A library of one-time codes written from the RFCs, and its adapter. An argument names the one
thing that it does wrong."""

import base64
import hashlib
import hmac
import os
import re
import struct
import sys
from urllib.parse import parse_qsl, unquote, urlsplit

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../adapters/sdk"))

from fobwatch import Adapter, Reject, Unsupported, reply  # noqa: E402

DEFECT = sys.argv[1] if len(sys.argv) > 1 else None
LACKS_SHA512 = DEFECT == "no-sha512"


def step_of(args):
    if "counter" in args:
        counter = args["counter"]
        return counter & 0x7FFFFFFF if DEFECT == "counter-of-31-bits" else counter
    time = args["time"]
    if DEFECT == "time-of-31-bits":
        time &= 0x7FFFFFFF
    if DEFECT == "hundredth-of-a-step":
        time += 1
    return time // (30 if DEFECT == "ignores-period" else args["period"])


def code_of(args, step, defect=None):
    algorithm = args["algorithm"].lower()
    if algorithm == "sha512" and LACKS_SHA512:
        raise Unsupported("sha512")
    if defect == "ignores-algorithm":
        algorithm = "sha1"
    key = bytes.fromhex(args["key_hex"])
    if defect == "cuts-long-keys":
        key = key[: hashlib.new(algorithm).block_size]
    mac = hmac.new(key, struct.pack(">Q", step), algorithm).digest()
    if defect == "fixed-offset":
        mac = mac[:-1] + b"\0"
    offset = mac[-1] & 15
    number = struct.unpack(">I", mac[offset : offset + 4])[0] & 0x7FFFFFFF
    digits = 6 if defect == "ignores-digits" else args["digits"]
    text = str(number % 10**digits)
    return text if defect == "leading-zeros-lost" else text.zfill(digits)


def is_right(args):
    code, here = args["code"], step_of(args)
    back, ahead = args["back"], args["ahead"]
    if DEFECT == "window-too-wide":
        back, ahead = back + 1, ahead + 1
    if DEFECT == "window-too-narrow":
        back, ahead = max(0, back - 1), max(0, ahead - 1)
    if DEFECT == "test-code-left-in" and code == "000000":
        return True
    for step in range(max(0, here - back), here + ahead + 1):
        right = code_of(args, step)
        same = code == right
        if DEFECT == "compares-numbers" and re.fullmatch(r"\d+", code):
            same = int(code) == int(right)
        if DEFECT == "zero-refused" and right.startswith("0"):
            same = False
        if same and not (DEFECT != "replay-accepted" and step <= args.get("spent", -1)):
            return True
    return False


def decoded(text, defect=None):
    text = re.sub("[ =-]", "", text).upper()
    if defect == "skips-other-characters":
        text = re.sub("[^A-Z2-7]", "", text)
    if len(text) % 8 in (1, 3, 6) or re.search("[^A-Z2-7]", text):
        if defect != "skips-other-characters":
            raise Reject("malformed")
        text = text[: len(text) - 1]
    data = base64.b32decode(text + "=" * (-len(text) % 8))
    return data[:-1] if defect == "last-byte-lost" else data


def key_uri(uri):
    parts = urlsplit(uri)
    given = dict(parse_qsl(parts.query.replace("+", "%2B")))
    if parts.scheme != "otpauth" or parts.netloc not in ("totp", "hotp"):
        raise Reject("malformed")
    if "secret" not in given and DEFECT != "secret-not-needed":
        raise Reject("malformed")
    if parts.netloc == "hotp" and "counter" not in given and DEFECT != "counter-not-needed":
        raise Reject("malformed")
    label = parts.path[1:] if DEFECT == "label-not-decoded" else unquote(parts.path[1:])
    issuer, colon, account = label.partition(":")
    key = decoded(given.get("secret", "AA"))
    fields = {
        "key_hex": (key[:10] if DEFECT == "ten-bytes-are-enough" else key).hex(),
        "kind": parts.netloc,
        "issuer": given.get("issuer", issuer if colon else None),
        "account": account.lstrip() if colon else issuer,
        "algorithm": given.get("algorithm", "SHA1"),
        "digits": int(given.get("digits", 8 if DEFECT == "eight-unless-told" else 6)),
    }
    if parts.netloc == "hotp":
        return {**fields, "counter": int(given.get("counter", 0))}
    return {**fields, "period": int(given.get("period", 30))}


adapter = Adapter("a library from the RFCs", role="library")


@adapter.on("generate_code")
def generate_code(args, scope):
    return reply("code", code=code_of(args, step_of(args), DEFECT))


@adapter.on("check_code")
def check_code(args, scope):
    return reply("checked", accepted=is_right(args))


@adapter.on("read_key_uri")
def read_key_uri(args, scope):
    return reply("key", **key_uri(args["uri"]))


@adapter.on("decode_base32")
def decode_base32(args, scope):
    return reply("bytes", hex=decoded(args["text"], DEFECT).hex())


adapter.run()
