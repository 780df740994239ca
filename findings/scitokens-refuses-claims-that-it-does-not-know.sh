#!/usr/bin/env bash
# scitokens 1.9.7 (PyPI): Enforcer, which decides by an access token of a grid (SciTokens, WLCG) what may be read and written.
#
# Every claim needs a validator. RFC 7519, section 4, has claims that are not understood ignored; here they are a refusal. Access tokens
# as RFC 9068 has them always name their client_id, which is none of the claims that it knows, so test() is False and generate_acls()
# raises, whatever the scope says. A validator that is always true helps, one for each further claim, such as auth_time.
#
# Seen (the claims beside iss, sub, aud, scope, iat, exp and jti; may it read /x; why not):
#   none: True, None
#   client_id: False, No validator was registered to handle encountered claim 'client_id'
#   client_id, with a validator for it: True, None
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check scitokens==1.9.7 pyjwt==2.15.1 cryptography
seen=$("$folder/venv/bin/python" - <<'PY'
import time

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from scitokens import Enforcer, SciToken

key = ec.generate_private_key(ec.SECP256R1())
public_key = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
issuer, audience = 'https://issuer.example', 'https://storage.example'
now = int(time.time()) - 5

for named, claims, validated in (
    ('none', {}, ()),
    ('client_id', {'client_id': 'job'}, ()),
    ('client_id, with a validator for it', {'client_id': 'job'}, ('client_id',)),
):
    claims = {
        'iss': issuer, 'sub': 'job', 'aud': audience, 'scope': 'read:/ write:/data',
        'iat': now, 'exp': now + 600, 'jti': 'one', **claims,
    }
    token = jwt.encode(claims, key, 'ES256', headers={'typ': 'at+jwt', 'kid': '1'})
    enforcer = Enforcer(issuer, audience=audience)
    for claim in validated:
        enforcer.add_validator(claim, lambda value: True)
    may_read = enforcer.test(SciToken.deserialize(token, audience=audience, public_key=public_key), 'read', '/x')
    print(f'{named}: {may_read}, {enforcer.last_failure}')
PY
)
echo "$seen"
[ "$seen" = "none: True, None
client_id: False, No validator was registered to handle encountered claim 'client_id'
client_id, with a validator for it: True, None" ]
