"""What the administrator of a test does in one step, and a real one in his own program: the first
token of a person is of the type `sms`, or of the type `email` without a number.

All that happens here goes through privacyIDEA's own REST API, with the administrator's token.
"""

from flask import jsonify, request


def add_to(application):
    @application.post("/hooks/first_factor")
    def first_factor():
        person = request.get_json()
        kind = "sms" if person.get("mobile") else "email"
        where = "dynamic_phone" if kind == "sms" else "dynamic_email"
        answer = application.test_client().post(
            "/token/init",
            json={"type": kind, "user": person["user"], where: True},
            headers={"Authorization": request.headers["Authorization"]},
        )
        return jsonify(answer.json), answer.status_code

    @application.post("/hooks/reset_factors")
    def reset_factors():
        client = application.test_client()
        headers = {"Authorization": request.headers["Authorization"]}
        user = request.get_json()["user"]
        bound = client.get("/token/", query_string={"user": user, "type": "totp"}, headers=headers)
        for token in bound.json["result"]["value"]["tokens"]:
            client.delete(f"/token/{token['serial']}", headers=headers)
        return jsonify({"result": {"status": True, "value": True}})
