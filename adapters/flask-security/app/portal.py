"""A small portal on Flask-Security, to be tested.

Sign-in, second factors, rescue and sign-out are Flask-Security's own views with their documented
defaults. What is added here is what every application adds: where messages leave, a page behind
the sign-in, and the rule that whoever has no authenticator app sets one up first. The views under
/test make people exist; they are for tests and nothing else.
"""

import os
import shutil
import signal
import sys

import waitress
from flask import Flask, request
from flask_mailman import Mail
from flask_security import (
    Security,
    SmsSenderBaseClass,
    SmsSenderFactory,
    SQLAlchemyUserDatastore,
    auth_required,
    current_user,
    hash_password,
)
from flask_security.models import fsqla_v3 as fsqla
from flask_sqlalchemy import SQLAlchemy
from passlib.totp import AppWallet
from sqlalchemy import event
from sqlalchemy.engine import Engine
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

# From a range that is reserved for fiction.
SENDER = "+447700900999"


class HttpClient(TwilioHttpClient):
    """Twilio's own client; only the host is another one, because the SDK has no setting for it."""

    def request(self, method, uri, *rest, **named):
        uri = uri.replace("https://api.twilio.com", os.environ["SMS_URL"])
        return super().request(method, uri, *rest, **named)


class GatewaySender(SmsSenderBaseClass):
    """As the sender of Flask-Security that is called Twilio, with the client above."""

    http_client = HttpClient()

    def send_sms(self, from_number, to_number, msg):
        account, token = os.environ["SMS_ACCOUNT"], os.environ["SMS_TOKEN"]
        client = Client(account, token, http_client=self.http_client)
        client.messages.create(to=to_number, from_=from_number, body=msg)


SmsSenderFactory.senders["gateway"] = GatewaySender

# Keys of authenticator apps lie encrypted in the database, under a password that takes this many
# (2 to the power of) rounds to try. That is not under test, and 14, the default, takes long.
AppWallet.encrypt_cost = 4

app = Flask(__name__)
app.config.update(
    SECRET_KEY="a key for tests on loopback, and for nothing else",
    SECURITY_PASSWORD_SALT="a salt for tests",
    # Passwords are not under test here, and Argon2, the default, would take most of the time.
    SECURITY_PASSWORD_HASH="plaintext",
    SECURITY_USERNAME_ENABLE=True,
    # User names of scenarios have a full stop, beside the letters and digits of the default.
    SECURITY_USERNAME_ALLOWED_CHARS=["L", "N", "Po"],
    SECURITY_TWO_FACTOR=True,
    SECURITY_TOTP_SECRETS={"1": "TjQ9Qa31VOrfEzuPy4VHQWPCTmRzCnFzMKLxXYiZu9B"},
    SECURITY_TOTP_ISSUER="Portal",
    SECURITY_SMS_SERVICE="gateway",
    SECURITY_SMS_SERVICE_CONFIG={"PHONE_NUMBER": SENDER},
    # The usual text names no service and no time, which would be remarked on in every scenario.
    SECURITY_MSG_USE_CODE=("Your Portal code is %(code)s. It is good for 2 minutes.", "info"),
    SECURITY_EMAIL_SENDER="portal@mail.test",
    # Mailboxes under reserved domains cannot be delivered to, which is the point of them.
    SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False, "test_environment": True},
    MAIL_SERVER=os.environ["SMTP_HOST"],
    MAIL_PORT=int(os.environ["SMTP_PORT"]),
    MAIL_DEFAULT_SENDER="portal@mail.test",
    MAIL_TIMEOUT=5,
)

FOLDER = os.environ["FOLDER"]
app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{FOLDER}/portal.sqlite3"
app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"connect_args": {"timeout": 10}}

db = SQLAlchemy(app)
fsqla.FsModels.set_db_info(db)


class Role(db.Model, fsqla.FsRoleMixin):
    pass


class User(db.Model, fsqla.FsUserMixin):
    pass


class WebAuthn(db.Model, fsqla.FsWebAuthnMixin):
    pass


@event.listens_for(Engine, "connect")
def forget_about_power_cuts(connection, _record):
    """The database lives as long as the run; waiting for the disk would take half of the time."""
    connection.execute("PRAGMA synchronous = OFF")


Mail(app)
people = SQLAlchemyUserDatastore(db, User, Role, WebAuthn)
security = Security(app, people)


@app.get("/portal")
@auth_required("session")
def portal():
    """The page behind the sign-in: whoever has no authenticator app sets one up first."""
    is_set_up = current_user.tf_primary_method == "authenticator"
    return {"page": "home" if is_set_up else "set-up", "user": current_user.username}


def give_first_factor(user, mobile):
    """A person's first factor: the number on file, or else the mailbox."""
    secret = security.totp_factory.generate_totp_secret()
    people.tf_set(user, "sms" if mobile else "email", totp_secret=secret, phone=mobile)


@app.post("/test/people")
def provision():
    """For tests: makes a person exist, as an administrator would have."""
    person = request.get_json()
    password = hash_password(person["password"])
    user = people.create_user(
        username=person["user"], email=person["mailbox"], password=password
    )
    give_first_factor(user, person.get("mobile"))
    people.commit()
    return {}


@app.post("/test/reset")
def reset():
    """For tests: what an administrator does after a phone was lost, by the library's own means."""
    user = people.find_user(username=request.get_json()["user"])
    if user is None:
        return {}, 404
    mobile = user.tf_phone_number
    people.reset_user_access(user)
    give_first_factor(user, mobile)
    people.commit()
    return {}


@app.get("/ready")
def ready():
    return {}


def end(_number, _frame):
    # By way of an exception, so that the folder with the database goes away.
    sys.exit(0)


def serve():
    with app.app_context():
        db.create_all()
    # Eight at once; scenarios have races.
    waitress.serve(app, host="127.0.0.1", port=int(os.environ["PORT"]), threads=8)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end)
    try:
        serve()
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
