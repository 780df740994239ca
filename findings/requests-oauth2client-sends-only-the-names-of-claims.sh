#!/usr/bin/env bash
# requests_oauth2client 1.8.0 (PyPI): AuthorizationRequest, parameter claims (OpenID Connect Core 5.5).
#
# A dict as `claims` is written as JSON in a signed request object, which is a JWT. In an address, and in a pushed request, the same dict
# loses everything but the names of its members, each a parameter `claims` of its own: the server gets text that is no JSON. A string of
# JSON works in the address, and becomes a string inside of the request object, where it should be an object.
#
# Seen (the dict in the address; the dict in a request object; the string in the address; the string in a request object):
#   ['id_token', 'userinfo']
#   {'id_token': {'acr': None}, 'userinfo': {'email': None}}
#   ['{"id_token": {"acr": null}}']
#   '{"id_token": {"acr": null}}'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check requests_oauth2client==1.8.0
seen=$("$folder/venv/bin/python" - <<'PY'
from urllib.parse import parse_qs, urlsplit
from jwskate import Jwk
from requests_oauth2client import AuthorizationRequest

key = Jwk.generate(alg='ES256', kid='one')
usual = {'client_id': 'app', 'redirect_uri': 'https://app.example/callback', 'scope': 'openid'}
members = {'id_token': {'acr': None}, 'userinfo': {'email': None}}
for claims in (members, '{"id_token": {"acr": null}}'):
    request = AuthorizationRequest('https://server.example/authorize', **usual, claims=claims)
    print(parse_qs(urlsplit(request.uri).query)['claims'])
    print(repr(request.sign_request_jwt(key).claims['claims']))
PY
)
echo "$seen"
[ "$seen" = "['id_token', 'userinfo']
{'id_token': {'acr': None}, 'userinfo': {'email': None}}
['{\"id_token\": {\"acr\": null}}']
'{\"id_token\": {\"acr\": null}}'" ]
