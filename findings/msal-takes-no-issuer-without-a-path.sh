#!/usr/bin/env bash
# msal 1.39.0 (PyPI): PublicClientApplication(oidc_authority=ISSUER), which is meant for any OpenID Connect provider.
#
# An issuer may be an origin alone (OpenID Connect Discovery, section 4: "https://server.example.com"). The library refuses it before it
# asks for the metadata: an authority needs a first segment of a path, as tenants of Microsoft Entra have one. A slash at the end does
# not help. The issuer itself is not compared by its path: metadata that were found below a path may name the origin as the issuer.
#
# Seen (the authority, the addresses that were asked, and the result; the metadata always name https://server.example.com):
#   https://server.example.com: [], refused
#   https://server.example.com/: [], refused
#   https://server.example.com/tenant: ['https://server.example.com/tenant/.well-known/openid-configuration'], taken
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check msal==1.39.0
cat > seen.py <<'PY'
import json
import msal

ORIGIN = 'https://server.example.com'

class Response:
    status_code = 200
    headers = {}

    def __init__(self, issuer):
        metadata = {
            'issuer': issuer,
            'authorization_endpoint': f'{issuer}/authorize',
            'token_endpoint': f'{issuer}/token',
            'jwks_uri': f'{issuer}/jwks',
            'response_types_supported': ['code'],
            'subject_types_supported': ['public'],
            'id_token_signing_alg_values_supported': ['RS256'],
        }
        self.text = json.dumps(metadata)

class Client:
    def __init__(self):
        self.asked = []

    def get(self, url, **_):
        self.asked.append(url)
        return Response(url.removesuffix('/.well-known/openid-configuration'))

    def close(self):
        pass

for authority in (ORIGIN, f'{ORIGIN}/', f'{ORIGIN}/tenant'):
    client = Client()
    try:
        msal.PublicClientApplication('app', oidc_authority=authority, http_client=client)
        result = 'taken'
    except ValueError:
        result = 'refused'
    print(f'{authority}: {client.asked}, {result}')
PY
seen=$(venv/bin/python seen.py)
echo "$seen"
[ "$seen" = "https://server.example.com: [], refused
https://server.example.com/: [], refused
https://server.example.com/tenant: ['https://server.example.com/tenant/.well-known/openid-configuration'], taken" ]
