#!/usr/bin/env bash
# mcp 2.3.0 (PyPI): OAuthClientProvider, when the MCP server names no scope.
#
# The MCP specification has clients ask for the scope of the challenge, else for scopes_supported in the document of the resource (RFC 9728),
# and otherwise leave scope out. The library then takes scopes_supported of the authorization server (RFC 8414), which lists what all its
# APIs define and all claims of people, and the person is asked for everything. An MCP server that names its scope is asked for that.
#
# Seen (what names the scope, and what the client asks for):
#   the challenge names notes: notes
#   the resource names notes: notes
#   neither names any: openid address phone payments:write
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mcp==2.3.0
seen=$("$folder/venv/bin/python" - <<'PY'
import asyncio
import logging
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp.client.auth import OAuthClientProvider
from mcp.shared.auth import OAuthClientMetadata

logging.disable(logging.CRITICAL)
api, server = 'https://notes.example/mcp', 'https://server.example'

class Kept:
    async def get_tokens(self):
        return None

    async def set_tokens(self, tokens):
        pass

    async def get_client_info(self):
        return None

    async def set_client_info(self, client):
        pass

class Asked(Exception):
    pass

def network(of_resource, challenge):
    def answer(request):
        path = request.url.path
        if path == '/mcp':
            return httpx2.Response(401, headers={'www-authenticate': f'Bearer {challenge}'})
        if path.startswith('/.well-known/oauth-protected-resource'):
            return httpx2.Response(200, json={'resource': api, 'authorization_servers': [server], **of_resource})
        if path == '/register':
            return httpx2.Response(201, json={'client_id': 'one', 'redirect_uris': ['http://localhost/callback'], 'token_endpoint_auth_method': 'none'})
        return httpx2.Response(200, json={
            'issuer': server,
            'authorization_endpoint': f'{server}/authorize',
            'token_endpoint': f'{server}/token',
            'registration_endpoint': f'{server}/register',
            'response_types_supported': ['code'],
            'code_challenge_methods_supported': ['S256'],
            'scopes_supported': ['openid', 'address', 'phone', 'payments:write'],
        })
    return httpx2.MockTransport(answer)

async def redirect(address):
    raise Asked(parse_qs(urlsplit(address).query).get('scope', ['none'])[0])

async def callback():
    pass

async def scope(of_resource={}, challenge='realm="notes"'):
    metadata = OAuthClientMetadata(redirect_uris=['http://localhost/callback'])
    auth = OAuthClientProvider(api, metadata, Kept(), redirect, callback)
    async with httpx2.AsyncClient(transport=network(of_resource, challenge), auth=auth) as client:
        try:
            await client.post(api)
        except Asked as asked:
            return asked

print('the challenge names notes:', asyncio.run(scope(challenge='scope="notes"')))
print('the resource names notes:', asyncio.run(scope({'scopes_supported': ['notes']})))
print('neither names any:', asyncio.run(scope()))
PY
)
echo "$seen"
[ "$seen" = 'the challenge names notes: notes
the resource names notes: notes
neither names any: openid address phone payments:write' ]
