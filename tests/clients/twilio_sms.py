"""Sends one SMS by the unmodified Twilio SDK to a gateway and prints what came back as JSON.

Arguments: base URL, account sid, token, recipient, sender, text. The SDK has no setting for a base
URL, so an HTTP client, which it lets its users replace, sends each request to the other host.
"""

import json
import sys

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

base, sid, token, to, sender, text = sys.argv[1:]


class Local(TwilioHttpClient):
    def request(self, method, url, *args, **kwargs):
        url = url.replace("https://api.twilio.com", base.rstrip("/"))
        return super().request(method, url, *args, **kwargs)


client = Client(sid, token, http_client=Local())
try:
    sent = client.messages.create(to=to, from_=sender, body=text)
except TwilioRestException as refused:
    print(json.dumps({"code": refused.code, "status": refused.status}))
else:
    created = sent.date_created.isoformat() if sent.date_created else None
    segments = sent.num_segments
    print(json.dumps({"sid": sent.sid, "status": sent.status, "to": sent.to, "body": sent.body,
                      "num_segments": segments, "date_created": created}))
