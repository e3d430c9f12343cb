"""For servers that are given an application, such as gunicorn: `gunicorn tracker.web.wsgi:app`."""

import logging as std

from tracker.commands.programme import installation
from tracker.config import read_settings
from tracker.web.app import create_app
from tracker.web.http import logging

_settings = read_settings()
logging.set_up(_settings.log_level)
app = create_app(_settings, installation.opened(_settings, say=std.getLogger("tracker").warning))
