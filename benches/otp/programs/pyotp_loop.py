"""Verifies the keys and codes of standard input with pyotp, and prints for each pass how many
nanoseconds of processor time a verification took. Arguments: the time in seconds, the passes."""

import base64
import datetime
import sys
import time

import pyotp

now = datetime.datetime.fromtimestamp(int(sys.argv[1]), datetime.timezone.utc)
users = []
for line in sys.stdin:
    key, code = line.split()
    users.append((pyotp.TOTP(base64.b32encode(bytes.fromhex(key)).decode()), code))
for _ in range(int(sys.argv[2])):
    start = time.process_time_ns()
    right = sum(totp.verify(code, for_time=now, valid_window=1) for totp, code in users)
    assert right == 0
    print((time.process_time_ns() - start) / len(users))
