"""The demo's programme for the stories."""

import pytest
from sqlalchemy.orm import Session

from mmp.adapters.clock import FixedClock
from mmp.config import PACKAGE, Settings
from mmp.services.programme_files import import_programme


@pytest.fixture
def demo(session: Session, settings: Settings, clock: FixedClock) -> Session:
    """The demo's programme, as a coordinator's file brings it."""
    import_programme(
        session,
        data=(PACKAGE / "demo" / "mmp26.yaml").read_bytes(),
        file="mmp26.yaml",
        actor=None,
        now=clock.now(),
        folder=PACKAGE / "demo",
        store=settings.documents,
    )
    session.commit()
    return session
