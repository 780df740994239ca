#!/usr/bin/env bash
# requests_oauth2client 1.8.0 (PyPI): AuthorizationRequest with an authorization endpoint that has a query.
#
# An authorization endpoint may have a query, which must be kept when parameters are added (RFC 6749 3.1); Azure AD B2C names its policy
# there. The request that the library builds has its own parameters only. The token endpoint's query is kept.
#
# Seen (what is left of policy=sign-in at the authorization endpoint; where the token request goes):
#   None
#   https://server.example/token?policy=sign-in
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check requests_oauth2client==1.8.0
seen=$("$folder/venv/bin/python" - <<'PY'
from urllib.parse import parse_qs, urlsplit
import requests
from requests.adapters import BaseAdapter
from requests_oauth2client import OAuth2Client

class Answers(BaseAdapter):
    def send(self, request, **_):
        print(request.url)
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, request.url
        response._content = b'{"access_token": "one", "token_type": "Bearer"}'
        return response

    def close(self):
        pass

session = requests.Session()
session.mount('https://', Answers())
client = OAuth2Client(
    'https://server.example/token?policy=sign-in',
    authorization_endpoint='https://server.example/authorize?policy=sign-in',
    redirect_uri='https://app.example/callback',
    client_id='app',
    client_secret='a secret',
    session=session,
)
print(parse_qs(urlsplit(client.authorization_request(scope='openid').uri).query).get('policy'))
client.client_credentials()
PY
)
echo "$seen"
[ "$seen" = "None
https://server.example/token?policy=sign-in" ]
