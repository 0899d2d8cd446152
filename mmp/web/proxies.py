"""X-Forwarded-* is believed only from proxies that the settings name."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class TrustedProxies:
    """Passes a request to ProxyFix if it comes from one of `networks`, else on as it is."""

    def __init__(self, app: "WSGIApplication", networks: Iterable[str]) -> None:
        self._plain = app
        self._behind_proxy = ProxyFix(app, x_for=1, x_proto=1, x_host=1, x_prefix=1)
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
        return any(address in network for network in self._networks)
