"""Sets up a fresh privacyIDEA over its own REST API: where its people stand, where its messages go,
and which of its many policies hold.
"""

import os
import sqlite3

ADMINISTRATOR = {"username": "admin", "password": "adminpw"}
SMS_PROVIDER = "privacyidea.lib.smsprovider.HttpSMSProvider.HttpSMSProvider"


def configure(application):
    people = os.environ["PRIVACYIDEA_PEOPLE"]
    make_table(people)
    client = application.test_client()
    token = client.post("/auth", json=ADMINISTRATOR).json["result"]["value"]["token"]
    for path, body in steps(people):
        answer = client.post(path, json=body, headers={"Authorization": token})
        if not answer.json["result"]["status"]:
            raise RuntimeError(f"{path}: {answer.text}")


def make_table(people):
    with sqlite3.connect(people) as table:
        table.execute("PRAGMA journal_mode=WAL")
        table.execute(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT UNIQUE, email TEXT,"
            " mobile TEXT, givenname TEXT, password TEXT)"
        )


def steps(people):
    columns = ["username", "email", "mobile", "givenname", "password"]
    named = ", ".join(f'"{name}": "{name}"' for name in columns)
    account = os.environ["PI_SMS_ACCOUNT"]
    yield "/resolver/people", {
        "type": "sqlresolver",
        "Driver": "sqlite",
        "Server": "/",
        "Database": people.lstrip("/"),
        "Table": "users",
        "Editable": True,
        "Map": f'{{"userid": "id", {named}}}',
        "Password_Hash_Type": "SSHA256",
    }
    yield "/realm/portal", {"resolvers": "people"}
    yield "/defaultrealm/portal", {}
    yield "/smsgateway", {
        "name": "gateway",
        "module": SMS_PROVIDER,
        "option.URL": f"{os.environ['PI_SMS_URL']}/2010-04-01/Accounts/{account}/Messages.json",
        "option.HTTP_METHOD": "POST",
        "option.USERNAME": account,
        "option.PASSWORD": os.environ["PI_SMS_TOKEN"],
        "option.To": "{phone}",
        "option.From": "+15005550006",
        "option.Body": "{otp}",
        "option.TIMEOUT": "5",
    }
    yield "/smtpserver/gateway", {
        "server": os.environ["PI_SMTP_HOST"],
        "port": int(os.environ["PI_SMTP_PORT"]),
        "sender": "portal@portal.test",
        "tls": False,
        "timeout": 5,
    }
    # The times and counts are those that its documentation gives as the usual ones.
    yield "/system/setConfig", {
        "sms.identifier": "gateway",
        "email.identifier": "gateway",
        "SMSProviderTimeout": "300",
        "DefaultChallengeValidityTime": "120",
        "DefaultMaxFailCount": "10",
    }
    yield "/policy/sign-in", {
        "scope": "authentication",
        "realm": "*",
        "active": True,
        "action": "otppin=userstore, challenge_response=sms email totp,"
        " smstext='Portal: {otp} is your login code for 5 minutes',"
        " emailtext='Portal: {otp} is your login code for 2 minutes',"
        " emailsubject='Login code', enroll_via_multichallenge=TOTP",
    }
    yield "/policy/enrolment", {
        "scope": "enrollment",
        "realm": "*",
        "active": True,
        "action": "verify_enrollment=totp, tokenlabel={user}, tokenissuer=Portal",
    }
