"""The site's own pages: where you are, and what you can sign in with."""

import time

from django.contrib.auth import get_user_model
from django.http import JsonResponse
from django.shortcuts import render
from django_otp.decorators import otp_required
from django_otp.plugins.otp_email.models import EmailDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from two_factor.plugins.phonenumber.models import PhoneDevice
from two_factor.plugins.registry import registry
from two_factor.utils import default_device

from .policy import has_authenticator

# As the package has it, unless TWO_FACTOR_LOGIN_TIMEOUT says otherwise.
SIGN_IN_TIMES_OUT_AFTER = 600


def home(request):
    return render(request, "portal/home.html", where(request))


def where(request):
    """What this browser may do now, and what it owes."""
    user = request.user
    if user.is_authenticated:
        if not has_authenticator(user):
            return {"state": "enrolment_required"}
        assurance = "two_factor" if user.is_verified() else "single_factor"
        return {"state": "signed_in", "assurance": assurance}
    devices, chosen = asked_for(request)
    buttons = {
        "sms": next((one for one in devices if isinstance(one, PhoneDevice)), None),
        "email": next((one for one in devices if isinstance(one, EmailDevice)), None),
    }
    for channel, device in buttons.items():
        if chosen and chosen == device:
            return {"state": "code_required", "channel": channel, "buttons": buttons}
    return {"state": "token_required" if chosen else "signed_out", "buttons": buttons}


def asked_for(request):
    """The devices of whoever has typed a password, and the one of which the sign-in page waits for
    a code; read from the page's own notes, which stay as they are.
    """
    wizard = request.session.get("wizard_login_view", {})
    since = wizard.get("authentication_time", 0)
    if wizard.get("step") != "token" or time.time() > since + SIGN_IN_TIMES_OUT_AFTER:
        return [], None
    user = get_user_model().objects.filter(pk=wizard.get("user_pk")).first()
    if user is None:
        return [], None
    devices = [one for method in registry.get_methods() for one in method.get_devices(user)]
    named = (one for one in devices if one.persistent_id == wizard.get("challenge_device"))
    return devices, next(named, None) or default_device(user)


@otp_required
def tokens(request):
    """The bound authenticator apps: the package's own page says only whether there is one."""
    bound = TOTPDevice.objects.devices_for_user(request.user, confirmed=True)
    tokens = [{"id": device.persistent_id, "kind": "authenticator"} for device in bound]
    return JsonResponse({"tokens": tokens})
