#!/usr/bin/env bash
# fastmcp 4.2.3 (PyPI): RemoteAuthProvider, and the client of the same package.
#
# authorization_servers is annotated as a list of AnyHttpUrl. This type adds a slash to an address without a path, and so the document
# of the resource (RFC 9728) names another issuer than the metadata of the server has. The client compares the two letter by letter
# (RFC 8414, section 3.3) and does not connect. As a text, the same issuer stays as it is.
#
# Seen (the type of the value, what the document of the resource names, and what the client of fastmcp says; the second got past that):
#   AnyHttpUrl, ISSUER/, Client failed to connect: Authorization server metadata issuer mismatch: ISSUER != ISSUER/
#   str, ISSUER, Client failed to connect: Registration failed: 400 {"error": "invalid_client_metadata"}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check fastmcp==4.2.3
seen=$(FASTMCP_CHECK_FOR_UPDATES=off "$folder/venv/bin/python" - <<'PY'
import asyncio
import json
import logging
import threading
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from urllib.request import urlopen

import uvicorn
from fastmcp import Client, FastMCP
from fastmcp.client.auth import OAuth
from fastmcp.server.auth import RemoteAuthProvider
from fastmcp.server.auth.providers.jwt import StaticTokenVerifier
from pydantic import AnyHttpUrl

logging.disable(logging.CRITICAL)
warnings.simplefilter('ignore')

class AuthorizationServer(BaseHTTPRequestHandler):
    def do_GET(self):
        issuer = f'http://localhost:{self.server.server_port}'
        self.answer(200, {
            'issuer': issuer,
            'authorization_endpoint': f'{issuer}/authorize',
            'token_endpoint': f'{issuer}/token',
            'registration_endpoint': f'{issuer}/register',
            'response_types_supported': ['code'],
            'code_challenge_methods_supported': ['S256'],
        })

    def do_POST(self):
        self.answer(400, {'error': 'invalid_client_metadata'})

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

def free_port():
    with socket() as one:
        one.bind(('localhost', 0))
        return one.getsockname()[1]

authorization_server = ThreadingHTTPServer(('localhost', 0), AuthorizationServer)
threading.Thread(target=authorization_server.serve_forever, daemon=True).start()
issuer = f'http://localhost:{authorization_server.server_port}'

for named in (AnyHttpUrl(issuer), issuer):
    port = free_port()
    base = f'http://localhost:{port}'
    auth = RemoteAuthProvider(StaticTokenVerifier({}), authorization_servers=[named], base_url=base)
    server = uvicorn.Server(uvicorn.Config(FastMCP('notes', auth=auth).http_app(), 'localhost', port, log_level='critical'))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        pass
    document = json.load(urlopen(f'{base}/.well-known/oauth-protected-resource/mcp'))

    async def connect():
        async with Client(f'{base}/mcp', auth=OAuth(f'{base}/mcp')):
            pass

    try:
        asyncio.run(connect())
    except Exception as error:
        seen = (type(named).__name__, *document['authorization_servers'], str(error).splitlines()[0])
        print(*(text.replace(issuer, 'ISSUER') for text in seen), sep=', ')
PY
)
echo "$seen"
[ "$seen" = 'AnyHttpUrl, ISSUER/, Client failed to connect: Authorization server metadata issuer mismatch: ISSUER != ISSUER/
str, ISSUER, Client failed to connect: Registration failed: 400 {"error": "invalid_client_metadata"}' ]
