"""Cookies: for pages alone. Programs that poll feeds or watch the server get and send none."""

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

_WITHOUT = ("/feeds/", "/static/", "/healthz", "/readyz")


class PageSessions(SecureCookieSessionInterface):
    """Opens no session for feeds, static files and watchers: their answers cost less."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if request.path.startswith(_WITHOUT):
            return None
        return super().open_session(app, request)
