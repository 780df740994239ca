#!/usr/bin/env bash
# idpyoidc 5.0.0 (PyPI): the client's add-on for pushed authorization requests, with private_key_jwt and with client_secret_basic.
#
# A server answers a pushed request with 201 (RFC 9126, section 2.2); the library takes only 200 for success, and raises "Could not
# connect" for everything else. It also signs every request before it pushes it, by the RSA key that it has, so the server has to know one.
# With private_key_jwt the client's assertion becomes a member of that signed request instead of a parameter beside it, so the client does
# not authenticate (section 2.1).
#
# Seen (the parameters of the request, whether it has an Authorization header, and what came of 201 and of 200):
#   private_key_jwt: client_id redirect_uri request response_type scope, no header
#   the signed request has client_assertion
#   201: ConnectionError: Could not connect to https://server.example/par
#   200: pushed
#   client_secret_basic: client_id redirect_uri request response_type scope, a header
#   201: ConnectionError: Could not connect to https://server.example/par
#   200: pushed
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check idpyoidc==5.0.0
seen=$("$folder/venv/bin/python" - <<'PY'
import logging
from types import SimpleNamespace
from urllib.parse import parse_qs
from cryptojwt.jws.jws import factory
from cryptojwt.key_jar import init_key_jar
from idpyoidc.client.oauth2.stand_alone_client import StandAloneClient

logging.disable(logging.CRITICAL)

class Answers:
    def __call__(self, method, url, data=None, headers=None, **_):
        self.form, self.headers = parse_qs(data), headers
        text = '{"request_uri": "urn:ietf:params:oauth:request_uri:one", "expires_in": 60}'
        return SimpleNamespace(status_code=self.status, text=text)

answers = Answers()

def push(method):
    client = StandAloneClient(
        keyjar=init_key_jar(key_defs=[{'type': 'RSA', 'use': ['sig']}], issuer_id=''),
        httpc=answers,
        config={
            'issuer': 'https://server.example',
            'client_id': 'app',
            'client_secret': 'a secret that is long enough for every algorithm',
            'client_type': 'oidc',
            'redirect_uris': ['https://app.example/callback'],
            'preference': {'response_types': ['code']},
            'provider_info': {
                'issuer': 'https://server.example',
                'authorization_endpoint': 'https://server.example/authorize',
                'token_endpoint': 'https://server.example/token',
                'pushed_authorization_request_endpoint': 'https://server.example/par',
            },
            'add_ons': {
                'par': {
                    'function': 'idpyoidc.client.oauth2.add_on.par.add_support',
                    'kwargs': {'authn_method': method},
                }
            },
        },
    )
    client.do_provider_info()
    client.do_client_registration()
    try:
        client.init_authorization()
        return 'pushed'
    except ConnectionError as error:
        return f'ConnectionError: {error}'

for method in ('private_key_jwt', 'client_secret_basic'):
    for answers.status in (201, 200):
        outcome = push(method)
        if answers.status == 201:
            header = 'a header' if 'Authorization' in answers.headers else 'no header'
            print(f'{method}: {" ".join(sorted(answers.form))}, {header}')
            if 'client_assertion' in factory(answers.form['request'][0]).jwt.payload():
                print('the signed request has client_assertion')
        print(f'{answers.status}: {outcome}')
PY
)
echo "$seen"
[ "$seen" = "private_key_jwt: client_id redirect_uri request response_type scope, no header
the signed request has client_assertion
201: ConnectionError: Could not connect to https://server.example/par
200: pushed
client_secret_basic: client_id redirect_uri request response_type scope, a header
201: ConnectionError: Could not connect to https://server.example/par
200: pushed" ]
