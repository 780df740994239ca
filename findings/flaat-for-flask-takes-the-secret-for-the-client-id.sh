#!/usr/bin/env bash
# flaat 1.3.1 (PyPI), which guards web APIs of research infrastructures: flaat.flask.
#
# set_client_id() and set_client_secret() are for an API that may introspect tokens. In the class for Flask, the second one writes its
# value over the client id, so the server is asked by a client that is called like the secret and has none. The refusal is only a debug
# message, and the API goes on without what introspection would have said. The classes for FastAPI and aiohttp are right.
#
# Seen (the class; name and secret that it asks the introspection endpoint with, after both calls):
#   flask: 'a-secret' ''
#   fastapi: 'my-api' 'a-secret'
#   aio: 'my-api' 'a-secret'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check flaat==1.3.1 flask==3.1.2 fastapi==0.121.3 aiohttp==3.13.2
cat > "$folder/seen.py" <<'PY'
import base64
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
import flaat.aio
import flaat.fastapi
import flaat.flask
from flaat.issuers import IssuerConfig
from flask import Flask

class Introspection(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers['content-length']))
        name, _, secret = base64.b64decode(self.headers['authorization'].removeprefix('Basic ')).decode().partition(':')
        Introspection.seen = f'{name!r} {secret!r}'
        body = json.dumps({'active': True}).encode()
        self.send_response(200)
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

server = HTTPServer(('127.0.0.1', 0), Introspection)
Thread(target=server.serve_forever, daemon=True).start()
app = Flask('app')
for name in ('flask', 'fastapi', 'aio'):
    with app.app_context():
        guard = getattr(flaat, name).Flaat()
        if name == 'flask':
            guard.init_app(app)
        guard.set_client_id('my-api')
        guard.set_client_secret('a-secret')
        metadata = {'introspection_endpoint': f'http://127.0.0.1:{server.server_port}/introspect'}
        IssuerConfig(metadata, guard.client_id, guard.client_secret)._get_introspected_token_info('a-token')
        print(f'{name}: {Introspection.seen}')
PY
seen=$("$folder/venv/bin/python" "$folder/seen.py" 2> "$folder/errors") || { tail -n 5 "$folder/errors"; exit 1; }
echo "$seen"
[ "$seen" = "flask: 'a-secret' ''
fastapi: 'my-api' 'a-secret'
aio: 'my-api' 'a-secret'" ]
