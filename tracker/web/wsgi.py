"""For servers that are given an application, such as gunicorn: `gunicorn tracker.web.wsgi:app`."""

import atexit
import contextlib
import logging as std

from tracker.commands.programme import installation
from tracker.config import read_settings
from tracker.db import upkeep
from tracker.web.app import create_app
from tracker.web.http import logging

_settings = read_settings()
logging.set_up(_settings)
_engine = installation.opened(_settings, say=std.getLogger("tracker").warning)
app = create_app(_settings, _engine)
_until_exit = contextlib.ExitStack()
_until_exit.enter_context(upkeep.kept_whole(_engine))
atexit.register(_until_exit.close)
