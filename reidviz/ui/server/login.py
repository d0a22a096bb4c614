"""Who may see the app: where a login is configured ([auth] in secrets.toml) nobody before it, else everybody."""

import os
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable

GUIDE = "See docs/server.md, then start the server anew."
NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
SHORTEST_SECRET = 32
LEAVING = "leaving"
"""Set in the state of a session that has logged out, until the browser begins another one."""


@cache
def required() -> bool:
    """Whether a login is configured; once it is, until the server ends.

    ReidvizError where it is configured so that it could not be relied on. Nothing is to be shown then.
    """
    auth = _configured()
    if auth is None:
        if settings.allowed_users():
            raise ReidvizError("REIDVIZ_ALLOWED_USERS names who may log in, but no login is configured.", GUIDE)
        return False
    missing = [name for name in NEEDED if not isinstance(auth.get(name), str) or not auth[name]]
    if missing:
        raise ReidvizError(f"The login is configured without {', '.join(missing)}.", GUIDE)
    if len(auth["cookie_secret"]) < SHORTEST_SECRET:
        raise ReidvizError(f"The login's cookie_secret has fewer than {SHORTEST_SECRET} characters.", GUIDE)
    if find_spec("authlib") is None or find_spec("httpx") is None:
        raise ReidvizError("A login needs the packages authlib and httpx.", "Install requirements.txt.")
    return True


def _configured() -> Mapping[str, Any] | None:
    """What [auth] holds; None where there is none. Streamlit takes a file that it cannot read for none."""
    try:
        secrets = st.secrets.to_dict()
    except (StreamlitSecretNotFoundError, OSError, ValueError) as error:
        if any(os.path.lexists(file) for file in st.get_option("secrets.files")):
            raise ReidvizError("The file with the login's secrets, secrets.toml, cannot be read.", GUIDE) from error
        return None
    auth = secrets.get("auth")
    if "auth" in secrets and not isinstance(auth, Mapping):
        raise ReidvizError("In secrets.toml auth is no table.", GUIDE)
    return auth


def admits(user: Mapping[str, Any]) -> bool:
    """Whether somebody may see the app of whom the provider tells this: is_logged_in, email, email_verified.

    An address that the provider says is not verified is not believed.
    """
    if not user.get("is_logged_in"):
        return False
    allowed = {_folded(one).removeprefix("@") for one in settings.allowed_users()}
    if not allowed:
        return True
    email = user.get("email")
    if not isinstance(email, str) or user.get("email_verified", True) not in (True, "true"):
        return False
    name, at, domain = _folded(email).rpartition("@")
    return bool(name) and (f"{name}{at}{domain}" in allowed or domain in allowed)


def _folded(text: str) -> str:
    """Without upper case. Letters beyond ASCII stay, as some of them have an ASCII letter for lower case."""
    return text.lower() if text.isascii() else text


def gate() -> None:
    """End the page with a way to log in, unless no login is configured, or whoever looks at it may see the app."""
    if not required() or admits(st.user.to_dict()):
        return
    with st.container(horizontal_alignment="center"), st.container(width=420):
        st.title("reidviz", anchor=False)
        if not st.user.get("is_logged_in"):
            if LEAVING in st.session_state:
                st.logout()
            st.markdown("Log in to see the data and the models of this server.")
            st.button("Log in", key="log-in", type="primary", icon=":material/login:", on_click=_enter)
        else:
            st.text(f"{_called(st.user.to_dict())} is logged in, but may not see this server.")
            st.button("Log out", key="log-out", icon=":material/logout:", on_click=_leave)
    st.stop()


def _enter() -> None:
    st.session_state.pop(LEAVING, None)
    st.login()


def _leave() -> None:
    """Streamlit drops what a callback tells the browser where a run begins anew meanwhile: gate tells it again."""
    st.session_state[LEAVING] = True
    st.logout()


def show_user() -> None:
    """Who is logged in, and a way out, at the foot of the sidebar; nothing where no login is configured."""
    if not required():
        return
    with st.sidebar:
        st.text(_called(st.user.to_dict()))
        st.button("Log out", key="log-out", type="tertiary", icon=":material/logout:", on_click=_leave)


def _called(user: Mapping[str, Any]) -> str:
    """The name that the provider gives somebody, with the address; plain text, cut where it is long."""
    told = [value for value in (user.get("name"), user.get("email")) if isinstance(value, str) and value.strip()]
    return ", ".join(dict.fromkeys(printable(value[:80]) for value in told)) or "Somebody"
