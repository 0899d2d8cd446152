"""Pages and feeds: parse, authorise, call one service, answer."""

from pathlib import Path

from flask import Flask

from mmp.adapters.clock import Clock
from mmp.web.context import Context
from mmp.web.feeds import feeds
from mmp.web.kept_feeds import KeptFeeds


def install(
    app: Flask,
    *,
    clock: Clock,
    feed_secret: str,
    base_url: str,
    documents: Path,
    trusted_proxies: tuple[str, ...],
) -> None:
    """Give the application its context, hooks and addresses."""
    app.extensions["mmp"] = Context(
        clock=clock, feed_secret=feed_secret, base_url=base_url, documents=documents
    )
    app.extensions["mmp.kept_feeds"] = KeptFeeds()
    app.register_blueprint(feeds)
