"""What the administrator of a test does; no real site has these doors, and needs no token for them.

They do in one step what the REST API does in several (`POST /user/`, `POST /token/init`,
`DELETE /token/SERIAL`), because that is done for each scenario. The API has
another hindrance here: with a policy of the scope `admin`, `POST /user/` ends in HTTP 500.
"""

import base64
import hashlib
import os
import sqlite3

from flask import jsonify, request
from privacyidea.lib.token import get_tokens, init_token, remove_token
from privacyidea.lib.user import User

REALM = "portal"


def add_to(application):
    @application.post("/hooks/provision")
    def provision():
        """A person in the table of people, whose first token is of the type `sms`, or of the type
        `email` without a number."""
        person = request.get_json()
        mobile = person.get("mobile", "")
        columns = (person["user"], person["mailbox"], mobile, person["name"])
        with sqlite3.connect(os.environ["PRIVACYIDEA_PEOPLE"], timeout=20) as people:
            people.execute(
                "INSERT INTO users (username, email, mobile, givenname, password)"
                " VALUES (?, ?, ?, ?, ?)",
                (*columns, hashed(person["password"])),
            )
        kind = {"type": "sms", "dynamic_phone": True} if mobile else {}
        init_token(kind or {"type": "email", "dynamic_email": True}, User(person["user"], REALM))
        return done()

    @application.post("/hooks/reset_factors")
    def reset_factors():
        for token in get_tokens(user=User(request.get_json()["user"], REALM), tokentype="totp"):
            remove_token(token.token.serial)
        return done()


def hashed(password):
    """As LDAP writes it; the resolver reads it so."""
    salt = os.urandom(8)
    digest = hashlib.sha256(password.encode() + salt).digest()
    return "{SSHA256}" + base64.b64encode(digest + salt).decode()


def done():
    return jsonify({"state": "done"})
