#!/usr/bin/env bash
# axa-fr-oidc 2.2.0 (PyPI): OidcValidator.validate_token, with an access token and a DPoP proof.
#
# The option algorithms decides which algorithms a token may be signed with, but the library reads the keys of the server as RSA keys,
# whatever it says; and it makes the thumbprint of the key of a proof as for an elliptic curve. So a token that is signed with ES256, and a
# token that is bound to an RSA key or to Ed25519, are refused, and the error is the name of the member that such a key does not have.
#
# Seen (how the token is signed, how the proof is signed, and what came of it):
#   RS256 ES256: success
#   RS256 RS256: 'crv'
#   RS256 EdDSA: 'y'
#   ES256 ES256: 'n'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check axa-fr-oidc==2.2.0
seen=$("$folder/venv/bin/python" - <<'PY'
import hashlib
import time
from base64 import urlsafe_b64encode
from axa_fr_oidc import OidcValidator
from jwskate import Jwk, Jwt

class Server:
    def __init__(self, issuer, key):
        self.issuer, self.key = issuer, key

    def get(self, url):
        if url.endswith('/jwks'):
            return {'keys': [dict(self.key.public_jwk())]}
        return {'issuer': self.issuer, 'token_endpoint': f'{self.issuer}/token', 'jwks_uri': f'{self.issuer}/jwks'}

def outcome(token_alg, proof_alg):
    issuer = f'https://{token_alg}-{proof_alg}.example'
    server_key = Jwk.generate(alg=token_alg, kid='one')
    proof_key = Jwk.generate(alg=proof_alg)
    now = int(time.time())
    usual = {'iss': issuer, 'sub': 'ada', 'aud': 'https://api.example', 'iat': now, 'exp': now + 60}
    bound = {**usual, 'cnf': {'jkt': proof_key.thumbprint()}}
    token = str(Jwt.sign(bound, server_key))
    ath = urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).decode().rstrip('=')
    claims = {'htm': 'GET', 'htu': 'https://api.example/orders', 'iat': now, 'jti': 'one', 'ath': ath}
    public = {name: value for name, value in proof_key.public_jwk().items() if name in ('kty', 'crv', 'x', 'y', 'n', 'e')}
    proof = str(Jwt.sign(claims, proof_key, typ='dpop+jwt', extra_headers={'jwk': public}))
    validator = OidcValidator(
        issuer=issuer,
        audience='https://api.example',
        algorithms=['RS256', 'ES256'],
        http_service=Server(issuer, server_key),
    )
    result = validator.validate_token(token, proof, path='/orders', http_method='GET')
    return 'success' if result.success else result.error

for token_alg, proof_alg in (('RS256', 'ES256'), ('RS256', 'RS256'), ('RS256', 'EdDSA'), ('ES256', 'ES256')):
    print(f'{token_alg} {proof_alg}: {outcome(token_alg, proof_alg)}')
PY
)
echo "$seen"
[ "$seen" = "RS256 ES256: success
RS256 RS256: 'crv'
RS256 EdDSA: 'y'
ES256 ES256: 'n'" ]
