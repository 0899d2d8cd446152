"""The security headers of every page, and stricter ones where an address is a secret."""

from typing import TypeVar

from werkzeug.wrappers import Response

from mmp.web.context import context

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
WITH_FRAME = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
FRAMED_MAIL = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'; sandbox"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
"""A mail brings styles of its own, and is let do nothing else."""
_YEAR = 365 * 24 * 60 * 60

Answer = TypeVar("Answer", bound=Response)


def secure(response: Answer) -> Answer:
    """Add the headers that every page carries; what a view has set itself stays."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-cache"
    if context().base_url.startswith("https:"):
        response.headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}")
    return response


def keep_secret(response: Answer) -> Answer:
    """For pages whose address is a secret: kept nowhere, told to nobody, found by no search."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
