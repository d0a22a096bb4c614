"""A provider of identities by OpenID Connect on this machine, with a page on which one chooses who one is."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "reidviz", "the provider's secret"
KEY = RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256", "use": "sig"})


class Provider(ThreadingHTTPServer):
    """persons  what it tells of each who can log in; asked  what each code that it gave away was asked for with"""

    daemon_threads = True

    def __init__(self, persons: list[dict[str, Any]]) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.persons = persons
        self.asked: dict[str, tuple[dict[str, str], dict[str, Any]]] = {}
        self.address = f"http://127.0.0.1:{self.server_port}"

    def secrets_toml(self, redirect_uri: str, cookie_secret: str = "a secret of at least 32 characters") -> str:
        """What secrets.toml of an app holds that trusts this provider."""
        told = {
            "redirect_uri": redirect_uri,
            "cookie_secret": cookie_secret,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "server_metadata_url": f"{self.address}/.well-known/openid-configuration",
        }
        return "[auth]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in told.items())


@contextmanager
def providing(persons: list[dict[str, Any]]) -> Iterator[Provider]:
    """A provider that knows these persons, as long as the context lasts."""
    with Provider(persons) as provider:
        thread = threading.Thread(target=provider.serve_forever)
        thread.start()
        try:
            yield provider
        finally:
            provider.shutdown()
            thread.join()


class _Answers(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(place.query).items()}
        if place.path == "/.well-known/openid-configuration":
            self._json(
                {
                    "issuer": self.server.address,
                    "authorization_endpoint": f"{self.server.address}/authorize",
                    "token_endpoint": f"{self.server.address}/token",
                    "jwks_uri": f"{self.server.address}/jwks",
                    "end_session_endpoint": f"{self.server.address}/logout",
                    "code_challenge_methods_supported": ["S256"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )
        elif place.path == "/jwks":
            self._json({"keys": [KEY.as_dict(private=False)]})
        elif place.path == "/authorize":
            self._page("".join(self._link(asked, person) for person in self.server.persons))
        elif place.path == "/logout":
            self.send_response(302)
            self.send_header("Location", asked["post_logout_redirect_uri"])
            self.end_headers()
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        asked, person = self.server.asked.pop(sent["code"])
        proof = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if proof != asked["code_challenge"] or self.headers["Authorization"] != f"Basic {basic}":
            self.send_error(400)
            return
        now = int(time.time())
        claims = {"iss": self.server.address, "aud": CLIENT, "iat": now, "exp": now + 600, "nonce": asked["nonce"]}
        token = jwt.encode({"alg": "RS256", "kid": "one"}, {**claims, **person}, KEY)
        self._json({"access_token": "none", "token_type": "Bearer", "expires_in": 600, "id_token": token})

    def _link(self, asked: dict[str, str], person: dict[str, Any]) -> str:
        code = secrets.token_urlsafe()
        self.server.asked[code] = asked, person
        back = f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        return f'<p><a href="{escape(back)}">{escape(person["sub"])}</a></p>'

    def _page(self, html: str) -> None:
        self._answer("text/html", html.encode())

    def _json(self, told: object) -> None:
        self._answer("application/json", json.dumps(told).encode())

    def _answer(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the tests tell what matters."""
