#!/usr/bin/env bash
# idpyoidc 5.0.0 (PyPI): StandAloneClient.do_client_registration(), when the server answers with the scope that the client may use.
#
# In client metadata, scope is a text of values with spaces between them (RFC 7591, section 2), and the server answers with everything that
# it has registered, also what the client did not ask for (section 3.2.1). The library looks up the text as a whole among the scope values
# that it supports, so it raises an error for every client with two values or more, after the server has registered it.
#
# Seen (what scopes_supported of the client has, the scope in the answer, and what came of it):
#   openid profile, no scope: made-by-the-server
#   openid profile, scope openid: made-by-the-server
#   openid profile, scope openid profile: ValueError: Not able to support the OPs choice: scope=openid profile
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check idpyoidc==5.0.0
seen=$("$folder/venv/bin/python" - <<'PY'
import json
import logging
from types import SimpleNamespace
from idpyoidc.client.oauth2.stand_alone_client import StandAloneClient

logging.disable(logging.CRITICAL)
supported = ['openid', 'profile']

def register(**of_answer):
    def answer(method, url, data=None, headers=None, **_):
        client = {'client_id': 'made-by-the-server', 'redirect_uris': ['https://app.example/callback'], **of_answer}
        return SimpleNamespace(status_code=201, text=json.dumps(client), headers={'content-type': 'application/json'})

    client = StandAloneClient(
        httpc=answer,
        config={
            'issuer': 'https://server.example',
            'client_type': 'oidc',
            'redirect_uris': ['https://app.example/callback'],
            'preference': {'response_types': ['code'], 'scopes_supported': supported},
            'provider_info': {
                'issuer': 'https://server.example',
                'authorization_endpoint': 'https://server.example/authorize',
                'token_endpoint': 'https://server.example/token',
                'registration_endpoint': 'https://server.example/clients',
                'scopes_supported': supported,
            },
        },
    )
    client.do_provider_info()
    try:
        client.do_client_registration()
        return client.get_context().client_id
    except ValueError as error:
        return f'ValueError: {error}'

print(*supported, end=', ')
print('no scope:', register())
for scope in ('openid', 'openid profile'):
    print(*supported, end=', ')
    print(f'scope {scope}:', register(scope=scope))
PY
)
echo "$seen"
[ "$seen" = "openid profile, no scope: made-by-the-server
openid profile, scope openid: made-by-the-server
openid profile, scope openid profile: ValueError: Not able to support the OPs choice: scope=openid profile" ]
