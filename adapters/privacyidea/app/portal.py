"""What gunicorn serves: privacyIDEA as it is, set up before it takes the first request."""

import os

from configure import configure
from privacyidea.app import create_app

HERE = os.path.dirname(os.path.abspath(__file__))

application = create_app(
    config_name="production", config_file=os.path.join(HERE, "pi.cfg"), silent=True
)
configure(application)
