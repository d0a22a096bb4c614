"""What the server adds to each answer, and what it refuses before Streamlit sees it."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import streamlit as st
from starlette.requests import HTTPConnection
from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks, is_host_allowed

from reidviz.common.errors import ReidvizError
from reidviz.ui.server import login

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
CLOSED = "/_stcore/metrics"
BEHIND_LOGIN = ("/media/", "/component/", "/app/static/", "/_stcore/")
"""Where Streamlit hands out images and other files of pages, and takes uploads."""
BEFORE_LOGIN = ("/_stcore/health", "/_stcore/host-config")
"""What the page with the login needs of these; it comes over the websocket, and app.py shows nothing else there."""

PagesManager.uses_pages_directory = False  # or else the first visitor gets a page of pages/ without app.py


class Guard:
    """ASGI middleware: no page of another host name (server.allowedHosts), no metrics, no images and uploads before a
    login where one is configured, security headers everywhere."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = {name for name, _ in HEADERS}
                kept = [pair for pair in message.get("headers", ()) if pair[0].lower() not in ours]
                message = {**message, "headers": [*kept, *HEADERS]}
            await send(message)

        host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), None)
        if not is_host_allowed(host):
            await _refuse(guarded, 403, b"This server does not answer to that host name.")
        elif scope["path"].rstrip("/").endswith(CLOSED):
            await _refuse(guarded, 404, b"Not found.")
        elif _is_behind_login(scope["path"]) and not _may_pass(scope):
            await _refuse(guarded, 403, b"Log in first.")
        else:
            await self._app(scope, receive, guarded)


def _is_behind_login(path: str) -> bool:
    base = st.get_option("server.baseUrlPath").strip("/")
    path = path.removeprefix(f"/{base}") if base else path
    return path.startswith(BEHIND_LOGIN) and path.rstrip("/") not in BEFORE_LOGIN


def _may_pass(scope: Scope) -> bool:
    """Whether no login is configured, or the cookie that a login left is of somebody who may see the app."""
    try:
        if not login.required():
            return True
        cookie = _get_signed_cookie_with_chunks(HTTPConnection(scope).cookies, USER_COOKIE_NAME)
        user = json.loads(cookie or b"null")
    except (ReidvizError, ValueError):
        return False
    return isinstance(user, dict) and login.admits(user)


async def _refuse(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
