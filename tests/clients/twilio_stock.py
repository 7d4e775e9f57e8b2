"""Sends one SMS by the Twilio SDK as its documentation shows it, and prints its status as JSON.

Arguments: account sid, token, recipient, sender, text. Where it goes is up to the environment.
"""

import json
import sys

from twilio.rest import Client

sid, token, to, sender, text = sys.argv[1:]
sent = Client(sid, token).messages.create(to=to, from_=sender, body=text)
print(json.dumps({"sid": sent.sid, "status": sent.status}))
