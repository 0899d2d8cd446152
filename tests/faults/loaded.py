"""What each process of gunicorn needs, loaded before they fork: they start in an instant."""

from mmp import app
from mmp.jobs import worker
from mmp.services import mail_sources

__all__ = ["app", "mail_sources", "worker"]
