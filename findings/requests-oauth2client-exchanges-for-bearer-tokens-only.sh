#!/usr/bin/env bash
# requests_oauth2client 1.8.0 (PyPI): OAuth2Client.token_exchange().
#
# Short names of token types are spelled out in subject_token_type, and sent as they are in requested_token_type. The answer to a request
# for anything but an access token has token_type N_A (RFC 8693 2.2.1); the library takes it for an error of the server, with a message
# that names a missing member.
#
# Seen (the two types that were sent; what came of token_type Bearer, and of N_A):
#   urn:ietf:params:oauth:token-type:access_token id_token
#   BearerToken
#   InvalidTokenResponse: The remote endpoint returned an error: An error happened while processing the error response: 'error'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check requests_oauth2client==1.8.0
seen=$("$folder/venv/bin/python" - <<'PY'
import json
from urllib.parse import parse_qs
import requests
from requests.adapters import BaseAdapter
from requests_oauth2client import OAuth2Client

class Answers(BaseAdapter):
    def send(self, request, **_):
        self.form = parse_qs(request.body)
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, request.url
        issued = {'access_token': 'one', 'issued_token_type': 'urn:ietf:params:oauth:token-type:id_token'}
        response._content = json.dumps({**issued, 'token_type': self.token_type}).encode()
        return response

    def close(self):
        pass

answers = Answers()
session = requests.Session()
session.mount('https://', answers)
client = OAuth2Client('https://server.example/token', client_id='app', client_secret='a secret', session=session)
for answers.token_type in ('Bearer', 'N_A'):
    try:
        token = client.token_exchange(subject_token='a', subject_token_type='access_token', requested_token_type='id_token')
        outcome = type(token).__name__
        print(*answers.form['subject_token_type'], *answers.form['requested_token_type'])
    except Exception as error:
        outcome = f'{type(error).__name__}: {error}'
    print(outcome)
PY
)
echo "$seen"
[ "$seen" = "urn:ietf:params:oauth:token-type:access_token id_token
BearerToken
InvalidTokenResponse: The remote endpoint returned an error: An error happened while processing the error response: 'error'" ]
