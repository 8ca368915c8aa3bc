"""What schemathesis cannot know of the server: whose key opens an operation, and what exists there."""

import base64
import hashlib
import hmac
import json
import os

import requests
import schemathesis

WORLD = json.loads(os.environ["SCHEMATHESIS_WORLD"])
EXISTING = WORLD["existing"]
# Never anything else, so that no request leads the server to somebody else's machine.
PINNED = WORLD["pinned"]


def operator_token():
    key = base64.b64decode(WORLD["encryption_key"])
    return "syncline_operator_" + hmac.new(key, b"syncline operator token", hashlib.sha256).hexdigest()


def session_token():
    answer = requests.post(
        WORLD["server"] + "/connect/sessions",
        json={"tags": {"of": "schemathesis"}},
        headers={"authorization": "Bearer " + WORLD["key"]},
        timeout=30,
    )
    return answer.json()["data"]["token"]


CREDENTIALS = {
    "api_key": lambda: WORLD["key"],
    "account_key": lambda: WORLD["account_key"],
    "operator": operator_token,
    "connect_session": session_token,
    "connect_session_query": session_token,
}


def schemes(case):
    security = case.operation.definition.raw.get("security", [])
    return [scheme for requirement in security for scheme in requirement]


@schemathesis.auth(refresh_interval=None)
class Credential:
    """An environment's key where it will do, and else what the operation asks for."""

    def get(self, case, ctx):
        named = schemes(case)
        if not named:
            return None
        scheme = "api_key" if "api_key" in named else named[0]
        return scheme, CREDENTIALS[scheme]()

    def set(self, case, data, ctx):
        scheme, credential = data
        if scheme == "connect_session_query":
            case.query = {**(case.query or {}), "connect_session_token": credential}
        else:
            case.headers["Authorization"] = "Bearer " + credential


def positive(case):
    meta = case.meta
    return meta is None or meta.generation.mode.is_positive


def lead(case, fields):
    """Half of what would name nothing is led to what exists."""
    if not isinstance(fields, dict):
        return
    chosen = hashlib.sha256(case.id.encode()).digest()[0] % 2 == 0
    destroys = case.method == "DELETE"
    for name, value in fields.items():
        if name in PINNED and isinstance(value, str):
            fields[name] = PINNED[name]
        elif name in EXISTING and isinstance(value, str) and chosen and positive(case) and not destroys:
            fields[name] = EXISTING[name]


@schemathesis.hook
def before_call(context, case, kwargs):
    lead(case, case.path_parameters)
    lead(case, case.query)
    lead(case, case.headers)
    lead(case, case.body)
