#!/usr/bin/env bash
# keystonemiddleware 13.0.1 (PyPI): the filter external_oauth2_token of OpenStack, which introspects the tokens of an outside server.
#
# With auth_method private_key_jwt (and client_secret_jwt), iat and exp of its assertion are texts. RFC 7519, sections 2 and 4.1.4, has
# them as JSON numbers, so a server whose library keeps to that refuses every assertion; PyJWT, with which the filter signs, reads texts as
# well, so a test against it passes. The refusal then looks like a failure of the service: whoever brings a good token gets 500, not 401.
# With client_secret_basic, the same filter takes the same token.
#
# Seen (the method; the types of the times; what PyJWT and jwcrypto say of the assertion; what the caller gets):
#   client_secret_basic, 200
#   private_key_jwt, iat str, exp str, PyJWT takes it, jwcrypto: TypeError, 500
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check keystonemiddleware==13.0.1 pyjwt==2.15.1 cryptography jwcrypto==1.5.8
seen=$(cd "$folder" && venv/bin/python - <<'PY'
import json
import logging
import threading
from base64 import urlsafe_b64decode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import jwt as pyjwt
import webob
from jwcrypto import jwk, jwt
from keystonemiddleware import external_oauth2_token

logging.disable(logging.CRITICAL)
key = jwk.JWK.generate(kty='EC', crv='P-256')
with open('key.pem', 'wb') as file:
    file.write(key.export_to_pem(private_key=True, password=None))
notes = []

def judge(assertion):
    claims = json.loads(urlsafe_b64decode(assertion.split('.')[1] + '=='))
    notes.extend(f'{name} {type(claims[name]).__name__}' for name in ('iat', 'exp'))
    pyjwt.decode(assertion, key.export_to_pem(), algorithms=['ES256'], audience='https://issuer.example', leeway=1)
    notes.append('PyJWT takes it')
    try:
        jwt.JWT(jwt=assertion, key=key, algs=['ES256'])
    except Exception as error:
        notes.append(f'jwcrypto: {type(error).__name__}')
        return False
    return True

class Introspection(BaseHTTPRequestHandler):
    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers['content-length'])).decode())
        is_client = judge(form['client_assertion'][0]) if 'client_assertion' in form else 'authorization' in self.headers
        token = {'active': True, 'sub': 'app', 'scope': 'reader', 'iss': 'https://issuer.example'}
        body = json.dumps(token if is_client else {'error': 'invalid_client'}).encode()
        self.send_response(200 if is_client else 401)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

server = ThreadingHTTPServer(('127.0.0.1', 0), Introspection)
threading.Thread(target=server.serve_forever, daemon=True).start()

def service(_, start):
    start('200 OK', [])
    return [b'']

mapped = {'roles': 'scope', 'user_id': 'sub', 'user_name': 'sub'}
mapped |= {name: 'iss' for name in ('user_domain_id', 'user_domain_name', 'project_domain_id', 'project_domain_name')}
for method in ('client_secret_basic', 'private_key_jwt'):
    notes.clear()
    settings = {
        'introspect_endpoint': f'http://127.0.0.1:{server.server_port}/introspect', 'audience': 'https://issuer.example',
        'auth_method': method, 'client_id': 'service', 'client_secret': 'a secret',
        'jwt_key_file': 'key.pem', 'jwt_algorithm': 'ES256', **{f'mapping_{name}': claim for name, claim in mapped.items()},
    }
    protected = external_oauth2_token.filter_factory({}, **settings)(service)
    answer = webob.Request.blank('/', headers={'Authorization': 'Bearer a-token'}).get_response(protected)
    print(method, *notes, answer.status_int, sep=', ')
PY
)
echo "$seen"
[ "$seen" = 'client_secret_basic, 200
private_key_jwt, iat str, exp str, PyJWT takes it, jwcrypto: TypeError, 500' ]
