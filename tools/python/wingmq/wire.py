"""One HTTP exchange with a broker, and the signature of a call."""

import base64
import email.utils
import hashlib
import hmac
import http.client
import json
import urllib.parse


class WingMqError(Exception):
    """What the broker refused, or a connection that it closed without a reply (status 0)."""

    def __init__(self, status, reply=None, hint=None, cause=None):
        told = reply if isinstance(reply, dict) else {}
        self.status = status
        self.status_code = told.get("statusCode")
        self.error_code = told.get("errorCode")
        otherwise = f"no reply: {cause}" if cause else f"HTTP {status}: {reply}"
        self.message = told.get("message") or told.get("error") or otherwise
        self.hint = told.get("hint") or hint
        self.reply = reply
        super().__init__(self.message)

    def __str__(self):
        code = f" ({self.error_code})" if self.error_code else ""
        return self.message + code + (f"; {self.hint}" if self.hint else "")


def sign(*, access_key, secret_key, path, values, date=None):
    """The public headers of a call, whose values stand in the order in which they are sent."""
    date = date or email.utils.formatdate(usegmt=True)
    digest = _base64(hashlib.md5("\n".join(values).encode(), usedforsecurity=False).digest())
    signed = "\n".join([digest, date, path]).encode()
    signature = _base64(hmac.digest(secret_key.encode(), signed, "sha1"))
    return {"accessKey": access_key, "contentMD5": digest, "requestDate": date, "Hmac": signature, "platform": "3"}


def request(url, method, path, headers=None, body=None):
    """(status, headers, body). Each request has its own connection: threads may call at once, and a fault that closes one meets
    no other."""
    address = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port)
    try:
        connection.request(method, path, body=body and body.encode(), headers=headers or {})
        answer = connection.getresponse()
        text = answer.read().decode()
    except (OSError, http.client.HTTPException) as cause:
        raise WingMqError(0, cause=cause) from cause
    finally:
        connection.close()
    is_json = (answer.headers.get("Content-Type") or "").startswith("application/json")
    return answer.status, answer.headers, json.loads(text) if is_json else text


def _base64(data):
    return base64.b64encode(data).decode()
