"""Cookies: for pages alone. A calendar program that polls a feed gets none and sends none."""

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

_WITHOUT = ("/feeds/", "/static/")


class PageSessions(SecureCookieSessionInterface):
    """Opens no session for feeds and static files: their answers can be kept and cost less."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if request.path.startswith(_WITHOUT):
            return None
        return super().open_session(app, request)
