"""What gunicorn serves: privacyIDEA as it is, set up before it takes the first request."""

import os

import hooks
from configure import configure
from privacyidea.app import create_app
from sqlalchemy import Engine, event

HERE = os.path.dirname(os.path.abspath(__file__))


@event.listens_for(Engine, "connect")
def hasten(connection, _record):
    """Nothing needs to outlive a power failure here."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA busy_timeout=20000")


application = create_app(
    config_name="production", config_file=os.path.join(HERE, "pi.cfg"), silent=True
)
hooks.add_to(application)
configure(application)
