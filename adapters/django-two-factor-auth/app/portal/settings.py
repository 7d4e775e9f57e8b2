"""The settings of a small site with django-two-factor-auth, made for tests on loopback."""

import os
import pathlib

HERE = pathlib.Path(__file__).parent

# Nothing that it signs outlives a run, and nobody but this machine can reach it.
SECRET_KEY = "loopback-only-and-for-one-run-0123456789-abcdefghij"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sites",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_email",
    "two_factor",
    "two_factor.plugins.phonenumber",
    "two_factor.plugins.email",
    "portal",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "two_factor.middleware.threadlocals.ThreadLocals",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.policy.AuthenticatorFirst",
]
ROOT_URLCONF = "portal.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# A file in a folder that lives as long as the server. Writers wait for each other instead of
# failing, as they would on a server with a database of its own.
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ["PORTAL_DATABASE"],
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"

# The passwords of invented people need no protection, and hashing them well would be most of the
# time that a run takes.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# The name of the site in the key URI; without it the package takes the address with its port there.
SITE_ID = 1

LOGIN_URL = "two_factor:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"

# Where messages go: the gateways of the run.
TWO_FACTOR_SMS_GATEWAY = "portal.gateway.Twilio"
TWILIO_BASE = os.environ["PORTAL_SMS_URL"]
TWILIO_ACCOUNT_SID = os.environ["PORTAL_SMS_ACCOUNT"]
TWILIO_AUTH_TOKEN = os.environ["PORTAL_SMS_TOKEN"]
TWILIO_CALLER_ID = "+15005550006"
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = os.environ["PORTAL_SMTP_HOST"]
EMAIL_PORT = int(os.environ["PORTAL_SMTP_PORT"])
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = "portal@portal.test"
OTP_EMAIL_SENDER = DEFAULT_FROM_EMAIL
OTP_EMAIL_SUBJECT = "Your login token"
OTP_EMAIL_BODY_TEMPLATE = "Your token is {{ token }}"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
