"""moto's server on 127.0.0.1, with a CloudFormation that deploys Pixy and a Lambda that runs it. Prints its port when it listens.

Ends with its standard input, so that it cannot outlive the tests.
"""

import json
import logging
import os
import socket
import sys
import threading

os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
os.environ.update({"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"})

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
os.environ["STAND_IN_URL"] = f"http://localhost:{port}"

import calls
import cloudformation
import functions
import resources
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
cloudformation.install()
calls.install(functions.settings["calls"])
functions.install()
given = functions.settings
os.environ["STAND_IN_ANSWER_PORT"] = str(resources.serve_responses(given["certificate"], given["certificateKey"]))

server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
server.start()
print(json.dumps({"port": port}), flush=True)
sys.stdin.read()
functions.end_all()
server.stop()
