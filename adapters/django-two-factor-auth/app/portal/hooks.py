"""What the administrator of a test does; no real site has these doors."""

import json

from django.contrib.auth import get_user_model
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django_otp import devices_for_user
from django_otp.plugins.otp_email.models import EmailDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from two_factor.plugins.phonenumber.models import PhoneDevice


def hook(change):
    """A door for a JSON object that names a user."""

    @csrf_exempt
    @require_POST
    def answer(request):
        change(json.loads(request.body))
        return JsonResponse({"state": "done"})

    return answer


@hook
def provision(person):
    """A person with a password, and with a device for each address that is on file.

    The devices are written as they are, because libphonenumber takes numbers that are reserved for
    fiction to be invalid: the package's own form would refuse them.
    """
    user = get_user_model().objects.create_user(
        person["user"], person.get("mailbox", ""), person["password"]
    )
    user.first_name = person["name"]
    user.save()
    usual = "default"
    if person.get("mobile"):
        PhoneDevice.objects.create(user=user, name=usual, number=person["mobile"], method="sms")
        usual = "backup"
    if person.get("mailbox"):
        EmailDevice.objects.create(user=user, name=usual, confirmed=True)


def owned(person):
    return get_object_or_404(get_user_model(), username=person["user"])


@hook
def unlock(person):
    for device in devices_for_user(owned(person)):
        if hasattr(device, "throttle_reset"):
            device.throttle_reset()


@hook
def reset_factors(person):
    """Without an authenticator app the story begins again with SMS, or with mail."""
    user = owned(person)
    TOTPDevice.objects.filter(user=user).delete()
    first = PhoneDevice.objects.filter(user=user).first()
    first = first or EmailDevice.objects.filter(user=user).first()
    if first:
        first.name = "default"
        first.save()
