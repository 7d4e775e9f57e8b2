"""The package's own Twilio gateway over Twilio's own client, sent to the gateway of the run.

Twilio's client has no setting for another host, so the host of each request is replaced.
"""

from django.conf import settings
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from two_factor.gateways.twilio import gateway


class ToOurGateway(TwilioHttpClient):
    def request(self, method, url, *arguments, **named):
        url = url.replace("https://api.twilio.com", settings.TWILIO_BASE)
        return super().request(method, url, *arguments, **named)


class Twilio(gateway.Twilio):
    def __init__(self):
        account, token = settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN
        self.client = Client(account, token, http_client=ToOurGateway(timeout=5))
