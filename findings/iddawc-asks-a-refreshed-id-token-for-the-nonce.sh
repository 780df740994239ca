#!/usr/bin/env bash
# iddawc 1.1.8 (Debian 12: libiddawc1.1): i_run_token_request() with I_RESPONSE_TYPE_REFRESH_TOKEN.
#
# A refreshed ID token should have no nonce (OpenID Connect Core, section 12.2). The library verifies it like the first one, against the
# nonce of the session, and calls the whole response an error (2, I_ERROR_PARAM) if it is missing. The tokens of the response are in the
# session all the same, so a program that believes the error keeps a refresh token that a server with rotation has replaced. Without the
# nonce in the session, the same response is fine.
#
# Seen (the nonce in the session, what the ID token has, the result, and the refresh token in the session afterwards):
#   nonce one, ID token with it: 0, second
#   nonce one, ID token without: 2, second
#   no nonce, ID token without: 0, second
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq libiddawc1.1=1.1.8-1 libulfius2.7 librhonabwy1.1 libyder2.0 liborcania2.3 libmicrohttpd12 libcurl3-gnutls libjansson4 2> /dev/null
for package in *.deb; do dpkg -x "$package" root; done
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyjwt==2.15.1 cryptography==50.0.2
cat > seen.py <<'PY'
import ctypes
import json
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

RESPONSE_TYPE, NONCE, CLIENT_ID, CLIENT_SECRET, CONFIG_ENDPOINT, REFRESH_TOKEN, TOKEN_METHOD = 1, 5, 8, 9, 14, 23, 29
REFRESH, SECRET_BASIC = 0x100000, 1
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

class Server(BaseHTTPRequestHandler):
    nonce = {}

    def do_GET(self):
        if self.path == '/jwks':
            public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
            return self.answer({'keys': [{**public, 'kid': 'one', 'alg': 'RS256', 'use': 'sig'}]})
        self.answer(
            {
                'issuer': issuer,
                'authorization_endpoint': f'{issuer}/authorize',
                'token_endpoint': f'{issuer}/token',
                'jwks_uri': f'{issuer}/jwks',
                'response_types_supported': ['code'],
                'subject_types_supported': ['public'],
                'id_token_signing_alg_values_supported': ['RS256'],
                'grant_types_supported': ['authorization_code', 'refresh_token'],
            }
        )

    def do_POST(self):
        now = int(time.time())
        claims = {'iss': issuer, 'sub': 'ada', 'aud': 'app', 'iat': now, 'exp': now + 60, **self.nonce}
        self.answer(
            {
                'access_token': 'an access token',
                'token_type': 'Bearer',
                'expires_in': 60,
                'refresh_token': 'second',
                'id_token': jwt.encode(claims, key, algorithm='RS256', headers={'kid': 'one'}),
            }
        )

    def answer(self, body):
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        pass

server = HTTPServer(('127.0.0.1', 0), Server)
issuer = f'http://127.0.0.1:{server.server_port}'
Thread(target=server.serve_forever, daemon=True).start()
library = ctypes.CDLL('libiddawc.so.1.1')
library.i_get_str_parameter.restype = ctypes.c_char_p
library.i_global_init()

def refresh(nonce, of_token):
    Server.nonce = of_token
    session = ctypes.create_string_buffer(1 << 14)  # more than a struct _i_session
    library.i_init_session(session)
    for option, text in (
        (CONFIG_ENDPOINT, f'{issuer}/.well-known/openid-configuration'),
        (CLIENT_ID, 'app'),
        (CLIENT_SECRET, 'a secret'),
        (REFRESH_TOKEN, 'first'),
        *([(NONCE, nonce)] if nonce else []),
    ):
        library.i_set_str_parameter(session, option, text.encode())
    library.i_set_int_parameter(session, TOKEN_METHOD, SECRET_BASIC)
    library.i_set_int_parameter(session, RESPONSE_TYPE, REFRESH)
    if library.i_get_openid_config(session) != 0:
        raise SystemExit('the metadata are not taken')
    result = library.i_run_token_request(session)
    return f'{result}, {library.i_get_str_parameter(session, REFRESH_TOKEN).decode()}'

print('nonce one, ID token with it:', refresh('one', {'nonce': 'one'}))
print('nonce one, ID token without:', refresh('one', {}))
print('no nonce, ID token without:', refresh(None, {}))
PY
seen=$(LD_LIBRARY_PATH="$folder/root/usr/lib/x86_64-linux-gnu" venv/bin/python seen.py)
echo "$seen"
[ "$seen" = "nonce one, ID token with it: 0, second
nonce one, ID token without: 2, second
no nonce, ID token without: 0, second" ]
