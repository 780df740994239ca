"""Notes every call of a service that a function makes: who called, what, and with which input. One JSON document a line."""

import json
import re
import threading
from io import BytesIO

from moto.moto_server.werkzeug_app import DomainDispatcherApplication

turns = threading.Lock()
answer = DomainDispatcherApplication.__call__


def install(path):
    def noting(self, environ, start_response):
        caller = re.search(r"Credential=function:([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
        target = environ.get("HTTP_X_AMZ_TARGET")
        if caller and target:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = BytesIO(body)
            line = json.dumps({"caller": caller.group(1), "target": target, "input": json.loads(body)})
            with turns, open(path, "a", encoding="utf-8") as file:
                file.write(f"{line}\n")
        return answer(self, environ, start_response)

    DomainDispatcherApplication.__call__ = noting
