"""Run by Isso's own Python: a small static blog and the real Isso on one port, as a reverse proxy would put them.

`isso_serve.py FOLDER PORT`: FOLDER holds the pages; Isso answers under /isso/.
"""

import sys
from pathlib import Path

from isso import config, make_app
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.serving import run_simple

folder, port = Path(sys.argv[1]), int(sys.argv[2])
settings = folder.parent / "isso.cfg"
settings.write_text(
    f"""[general]
dbpath = {folder.parent / "comments.db"}
host = http://127.0.0.1:{port}/
notify =
[guard]
enabled = false
[hash]
algorithm = none
""",
    encoding="utf-8",
)
isso = make_app(config.load(config.default_file(), str(settings)))


def lead_index(environ, start_response):
    """The blog's front page at /."""
    if environ["PATH_INFO"] == "/":
        environ["PATH_INFO"] = "/index.html"
    return pages(environ, start_response)


pages = SharedDataMiddleware(NotFound(), {"/": str(folder)})
run_simple("127.0.0.1", port, DispatcherMiddleware(lead_index, {"/isso": isso}), threaded=True)
