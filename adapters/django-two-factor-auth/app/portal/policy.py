"""What this site decides, and the package leaves to sites: whoever has no authenticator app yet
must set one up before anything else, and the device of before stays as another way to sign in.
"""

from django.shortcuts import redirect
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice
from two_factor.utils import default_device
from two_factor.views import SetupView


def has_authenticator(user):
    return TOTPDevice.objects.devices_for_user(user, confirmed=True).exists()


class AuthenticatorFirst:
    """Sends people without an authenticator app to the page that sets one up."""

    def __init__(self, answer):
        self.answer = answer

    def __call__(self, request):
        if request.user.is_authenticated and not has_authenticator(request.user):
            open_to_all = {
                reverse("home"),
                reverse("logout"),
                reverse("two_factor:login"),
                reverse("two_factor:setup"),
                reverse("two_factor:qr"),
            }
            if request.path not in open_to_all and not request.path.startswith("/hooks/"):
                return redirect("two_factor:setup")
        return self.answer(request)


class Setup(SetupView):
    """The package's own page, also for people who get their codes by SMS or mail: it is only
    offered to people without any device. An authenticator app becomes the usual device, and the
    one of before another one, as the package calls it on its sign-in page.
    """

    success_url = "home"

    def get(self, request, *arguments, **named):
        if has_authenticator(request.user):
            return redirect(self.get_success_url())
        return super(SetupView, self).get(request, *arguments, **named)

    def done(self, form_list, **named):
        before = default_device(self.request.user)
        answer = super().done(form_list, **named)
        if before:
            before.name = "backup"
            before.save()
        return answer
