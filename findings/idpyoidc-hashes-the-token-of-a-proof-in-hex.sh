#!/usr/bin/env bash
# idpyoidc 5.0.0 (PyPI): dpop_header() of the client's DPoP add-on, for a request with an access token and a nonce.
#
# ath is the SHA-256 hash of the access token in base64url (RFC 9449, section 4.2); the library writes it in hexadecimal. A nonce that is
# handed to it does not get into the proof, so a server that asks for nonces asks again (section 8). Proofs for a token endpoint without
# nonces, which have neither, are right.
#
# Seen (the length of ath, which is 43 in base64url; the claims of the proof):
#   64
#   ath htm htu iat jti
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check idpyoidc==5.0.0
seen=$("$folder/venv/bin/python" - <<'PY'
from cryptojwt.jws.jws import factory
from idpyoidc.client.oauth2 import Client
from idpyoidc.client.oauth2.add_on.dpop import dpop_header

client = Client(
    config={
        'client_id': 'app',
        'client_secret': 'a secret that is long enough for every algorithm',
        'redirect_uris': ['https://app.example/callback'],
        'add_ons': {
            'dpop': {
                'function': 'idpyoidc.client.oauth2.add_on.dpop.add_support',
                'kwargs': {'dpop_signing_alg_values_supported': ['ES256']},
            }
        },
    }
)
headers = dpop_header(
    client.get_context(),
    'userinfo_endpoint',
    'GET',
    token='an access token',
    nonce='a nonce of the server',
    endpoint_url='https://server.example/userinfo',
)
claims = factory(headers['dpop']).jwt.payload()
print(len(claims['ath']))
print(*sorted(claims))
PY
)
echo "$seen"
[ "$seen" = "64
ath htm htu iat jti" ]
