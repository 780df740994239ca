"""Runs the zip files of deployed functions under Lambda's runtime interface client and emulator, in Lambda's environment.

The code is read-only and belongs to somebody else, /tmp is the only folder that can be written, there is no HOME and nothing of the
environment of this process. Every function has one process, as a warm one has, until its configuration changes.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
import zipfile
from io import BytesIO

from moto.awslambda.models import LambdaFunction

settings = json.loads(os.environ["STAND_IN_FUNCTIONS"])
folder = tempfile.mkdtemp(prefix="pixy-functions-")
os.chmod(folder, 0o755)
running = {}
turns = threading.Lock()
# Lambda gives the processes of a function a user of their own.
nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def unpacked(function):
    """The folder with the code, which nobody can write."""
    target = os.path.join(folder, function.code_digest.replace(":", "-"))
    if not os.path.exists(target):
        with zipfile.ZipFile(BytesIO(function.code_bytes)) as archive:
            archive.extractall(target)
        for parent, _, files in os.walk(target):
            os.chmod(parent, 0o555)
            for file in files:
                os.chmod(os.path.join(parent, file), 0o444)
    return target


def given():
    """What the tests give every function."""
    with open(settings["environment"], encoding="utf-8") as file:
        return json.load(file)


def environment_of(function, code):
    """What Lambda sets, and what the function is deployed with."""
    return {
        **(function.environment_vars or {}),
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(function.timeout),
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs24.x",
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        # calls.py tells by it who calls.
        "AWS_ACCESS_KEY_ID": f"function:{function.function_name}",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "LAMBDA_TASK_ROOT": code,
        "LAMBDA_RUNTIME_DIR": settings["runtime"],
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": f"{os.path.dirname(settings['node'])}:/usr/local/bin:/usr/bin:/bin",
        "_HANDLER": function.handler,
        "NODE_PATH": settings["packages"],
        **(answering() if function.handler == "__entrypoint__.handler" else given()),
        "AWS_ENDPOINT_URL": os.environ["STAND_IN_URL"],
    }


def answering():
    """For the CDK's own function, which answers CloudFormation."""
    return {
        "NODE_EXTRA_CA_CERTS": settings["certificate"],
        "NODE_OPTIONS": f"--require={os.path.join(os.path.dirname(__file__), 'answer-port.cjs')}",
        "STAND_IN_ANSWER_PORT": os.environ["STAND_IN_ANSWER_PORT"],
    }


class Running:
    def __init__(self, function):
        self.port, self.made_from = free_port(), fingerprint(function)
        code = unpacked(function)
        api = f"127.0.0.1:{free_port()}"
        client = [settings["node"], os.path.join(settings["runtime"], "index.mjs"), function.handler]
        self.log = tempfile.TemporaryFile()
        self.turn = threading.Lock()
        self.process = subprocess.Popen(
            [
                settings["emulator"],
                "--runtime-interface-emulator-address",
                f"127.0.0.1:{self.port}",
                "--runtime-api-address",
                api,
                *client,
            ],
            cwd=code,
            env=environment_of(function, code),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **nobody,
        )
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise Exception(f"the emulator does not listen: {self.printed(0)}")

    def printed(self, since):
        self.log.seek(since)
        return self.log.read().decode("utf-8", "replace")

    def call(self, event):
        """One event at a time, as in Lambda. Returns the answer, whether it is an error, and what was printed."""
        with self.turn:
            since = os.fstat(self.log.fileno()).st_size
            url = f"http://127.0.0.1:{self.port}/2015-03-31/functions/function/invocations"
            request = urllib.request.Request(url, data=json.dumps(event).encode(), method="POST")
            try:
                with urllib.request.urlopen(request, timeout=120) as response:
                    body = response.read().decode()
            except urllib.error.HTTPError as error:
                body = error.read().decode()
            return body, is_error(body), self.printed(since)

    def end(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()


def is_error(body):
    """The emulator answers 200 to an error, and tells it from an answer by nothing but these members."""
    try:
        value = json.loads(body)
    except ValueError:
        return True
    return isinstance(value, dict) and "errorType" in value and "errorMessage" in value


def fingerprint(function):
    return (function.code_digest, json.dumps([function.environment_vars, given()], sort_keys=True), function.timeout)


def invoke(self, event=None):
    """In place of LambdaFunction._invoke_lambda, which wants docker. Logs go to the function's log group, as on AWS."""
    with turns:
        existing = running.get(self.function_name)
        if existing and existing.made_from != fingerprint(self):
            existing.end()
            existing = None
        running[self.function_name] = existing or Running(self)
    body, is_error, printed = running[self.function_name].call(event)
    self.save_logs(printed)
    return body, is_error, printed


def asynchronously(invoke_now):
    """Lambda answers an event at once and runs it afterwards."""

    def invoke(self, body, request_headers, response_headers):
        if request_headers.get("x-amz-invocation-type") != "Event":
            return invoke_now(self, body, request_headers, response_headers)
        threading.Thread(target=invoke_now, args=(self, body, {}, {}), daemon=True).start()
        return ""

    return invoke


def with_logging(function):
    """moto forgets where a function logs and how. Wraps what reads a description of a function."""

    def wrapped(self, *given, **named):
        for spec in [*given, *named.values()]:
            if isinstance(spec, dict) and "LoggingConfig" in spec:
                self.logging_config = spec["LoggingConfig"]
        result = function(self, *given, **named)
        self.logs_group_name = self.logging_config.get("LogGroup", self.logs_group_name)
        return result

    return wrapped


def telling_logging(get_configuration):
    return lambda self, *rest, **named: {**get_configuration(self, *rest, **named), "LoggingConfig": self.logging_config}


def end_all():
    for one in running.values():
        one.end()
    for parent, _, _ in os.walk(folder):
        os.chmod(parent, 0o755)
    shutil.rmtree(folder)


def install():
    LambdaFunction.logging_config = {}
    LambdaFunction.__init__ = with_logging(LambdaFunction.__init__)
    LambdaFunction.update_configuration = with_logging(LambdaFunction.update_configuration)
    LambdaFunction.get_configuration = telling_logging(LambdaFunction.get_configuration)
    LambdaFunction._invoke_lambda = invoke
    LambdaFunction.invoke = asynchronously(LambdaFunction.invoke)
