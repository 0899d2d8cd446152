"""X-Forwarded-For and -Proto are believed, from proxies alone that the settings name.

Host and path of the site are those of its base address, whatever a request or a proxy claims.
"""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class TrustedProxies:
    """Passes a request to ProxyFix if it comes from one of `networks`, else on as it is."""

    def __init__(self, app: "WSGIApplication", networks: Iterable[str]) -> None:
        self._plain = app
        self._behind_proxy = ProxyFix(app, x_for=1, x_proto=1, x_host=0, x_port=0, x_prefix=0)
        self._networks = [ip_network(network) for network in networks]

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        app = self._behind_proxy if self._trusts(environ.get("REMOTE_ADDR", "")) else self._plain
        return app(environ, start_response)

    def _trusts(self, remote: str) -> bool:
        try:
            address = ip_address(remote)
        except ValueError:  # a Unix socket has none
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self._networks)


class BelowPath:
    """Serves the site below the path of its base address, which the proxy may leave on or off."""

    def __init__(self, app: "WSGIApplication", path: str) -> None:
        self._app, self._path = app, path

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        wanted: str = environ.get("PATH_INFO", "")
        environ["SCRIPT_NAME"] = self._path
        if wanted == self._path or wanted.startswith(f"{self._path}/"):
            environ["PATH_INFO"] = wanted.removeprefix(self._path)
        return self._app(environ, start_response)


def path_of(base_url: str) -> str:
    """The path of a base address, without its last slash: empty for most."""
    return urlsplit(base_url).path.rstrip("/")
