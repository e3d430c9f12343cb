"""For servers that are given an application, such as gunicorn: `gunicorn tracker.web.wsgi:app`."""

import atexit
import contextlib
import logging as std

from tracker.commands.programme import installation
from tracker.config import read_settings
from tracker.db import upkeep
from tracker.db.engine import make_engine
from tracker.web.http import logging
from tracker.web.opening import OpeningApp

_settings = read_settings()
logging.set_up(_settings)
_engine = make_engine(_settings.database_url, _settings.database_pool)
_reason = installation.not_yet_usable(_engine, _settings, say=std.getLogger("tracker").warning)
app = OpeningApp(_settings, _engine, _reason)
_until_exit = contextlib.ExitStack()
_until_exit.enter_context(upkeep.kept_whole(_engine))
atexit.register(_until_exit.close)
