#!/usr/bin/env bash
# rfc9068 1.3.2 (PyPI): RFC9068AccessTokenValidator with an issuer that has no path.
#
# The validator reads iss as a URL and compares what the URL prints, which ends with a slash where there was no path. So the issuer that the
# token and the metadata of the server name is refused, and the validator has to be told the issuer with a slash, which RFC 8414, section
# 3.3, and RFC 9068, section 4, compare as another one. Issuers with a path are compared as they are.
#
# Seen (the iss of the token, the issuer that the validator expects, and what came of it):
#   https://server.example https://server.example: Expected issuer 'https://server.example', got 'https://server.example/'!
#   https://server.example https://server.example/: valid
#   https://server.example/realm https://server.example/realm: valid
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check rfc9068==1.3.2
seen=$("$folder/venv/bin/python" - <<'PY'
import time
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from rfc9068 import RFC9068AccessTokenValidator
from rfc9068.core import InvalidTokenError
from rfc9068.parser import AccessTokenParser, HeaderParser, Padder, PayloadParser, SignatureParser
from rfc9068.payload import AudienceValidator, ExpirationValidator, IssuerValidator
from rfc9068.signature import JWKResolverInterface, PyJwtSignatureValidator

key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

class Keys(JWKResolverInterface):
    def __call__(self, kid):
        return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)

def outcome(iss, expected):
    validate = RFC9068AccessTokenValidator(
        AccessTokenParser(Padder(), HeaderParser(), PayloadParser(), SignatureParser()),
        PyJwtSignatureValidator(Keys(), jwt.PyJWS()),
        IssuerValidator(),
        AudienceValidator(),
        ExpirationValidator(),
        ['RS256'],
        expected,
        'https://api.example',
    )
    now = int(time.time())
    claims = {'iss': iss, 'aud': 'https://api.example', 'sub': 'ada', 'client_id': 'app', 'iat': now, 'exp': now + 60, 'jti': 'one'}
    try:
        validate(jwt.encode(claims, key, algorithm='RS256', headers={'typ': 'at+jwt', 'kid': 'one'}))
        return 'valid'
    except InvalidTokenError as error:
        return str(error)

for iss, expected in (
    ('https://server.example', 'https://server.example'),
    ('https://server.example', 'https://server.example/'),
    ('https://server.example/realm', 'https://server.example/realm'),
):
    print(f'{iss} {expected}: {outcome(iss, expected)}')
PY
)
echo "$seen"
[ "$seen" = "https://server.example https://server.example: Expected issuer 'https://server.example', got 'https://server.example/'!
https://server.example https://server.example/: valid
https://server.example/realm https://server.example/realm: valid" ]
