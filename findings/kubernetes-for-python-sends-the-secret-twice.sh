#!/usr/bin/env bash
# kubernetes 37.0.2 (PyPI), with oauthlib 4.0.1 and requests-oauthlib 2.0.0: load_kube_config with auth-provider oidc.
#
# When the ID token of a kubeconfig has expired, the library refreshes it with client_id and client_secret in the header and in the form,
# which RFC 6749 (section 2.3) forbids. A server that refuses it answers invalid_request, which oauthlib raises as InvalidClientIdError,
# and that is the one error that the library drops: no exception, no line in a log, and the API gets the expired token. Any other
# refusal is raised. A kubeconfig without client-secret, as a public client has it, raises ConfigException; an empty text is accepted.
#
# Seen (the secret in the file, what the server answers, what it was sent, and what came of it):
#   a secret, invalid_request: Basic, client_id client_secret grant_type refresh_token; the expired token
#   a secret, invalid_grant: Basic, client_id client_secret grant_type refresh_token; InvalidGrantError
#   a secret, tokens: Basic, client_id client_secret grant_type refresh_token; the new token
#   none, tokens: nothing; ConfigException
#   an empty text, tokens: Basic, client_id client_secret grant_type refresh_token; the new token
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check kubernetes==37.0.2 oauthlib==4.0.1 requests-oauthlib==2.0.0
cat > "$folder/seen.py" <<'PY'
import json
import os
import time
from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs

from kubernetes.client import Configuration
from kubernetes.config import load_kube_config_from_dict


def encoded(value):
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b'=').decode()


def token(expires):
    # The library reads the second part alone; its length has to be one that needs padding.
    return '.'.join([encoded({'alg': 'RS256'}), encoded({'exp': expires, 'sub': 'ada'}), 'AAAA'])


expired, new = token(1700000000), token(int(time.time()) + 3600)
tokens = {'access_token': 'a', 'token_type': 'Bearer', 'expires_in': 3600, 'id_token': new, 'refresh_token': 'second'}


class Server(BaseHTTPRequestHandler):
    answer = tokens
    sent = 'nothing'

    def do_GET(self):
        self.reply(200, {'issuer': issuer, 'token_endpoint': f'{issuer}/token'})

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers['content-length'])).decode(), keep_blank_values=True)
        scheme = self.headers.get('authorization', 'no header').split()[0]
        Server.sent = f"{scheme}, {' '.join(sorted(form))}"
        self.reply(400 if 'error' in self.answer else 200, self.answer)

    def reply(self, status, body):
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        pass


server = HTTPServer(('127.0.0.1', 0), Server)
issuer = f'http://127.0.0.1:{server.server_port}'
Thread(target=server.serve_forever, daemon=True).start()


def outcome(secret, answer):
    Server.answer, Server.sent = answer, 'nothing'
    provider = {'idp-issuer-url': issuer, 'client-id': 'app', 'id-token': expired, 'refresh-token': 'first', **secret}
    file = {
        'current-context': 'c',
        'contexts': [{'name': 'c', 'context': {'cluster': 'k', 'user': 'u'}}],
        'clusters': [{'name': 'k', 'cluster': {'server': issuer}}],
        'users': [{'name': 'u', 'user': {'auth-provider': {'name': 'oidc', 'config': provider}}}],
    }
    configuration = Configuration()
    try:
        load_kube_config_from_dict(file, client_configuration=configuration)
    except Exception as error:
        return f'{Server.sent}; {type(error).__name__}'
    sent = configuration.api_key['BearerToken'].removeprefix('Bearer ')
    return f"{Server.sent}; the {'new' if sent == new else 'expired'} token"


print('a secret, invalid_request:', outcome({'client-secret': 's'}, {'error': 'invalid_request'}))
print('a secret, invalid_grant:', outcome({'client-secret': 's'}, {'error': 'invalid_grant'}))
print('a secret, tokens:', outcome({'client-secret': 's'}, tokens))
print('none, tokens:', outcome({}, tokens))
print('an empty text, tokens:', outcome({'client-secret': ''}, tokens))
PY
seen=$(OAUTHLIB_INSECURE_TRANSPORT=1 "$folder/venv/bin/python" -W ignore "$folder/seen.py")
echo "$seen"
[ "$seen" = "a secret, invalid_request: Basic, client_id client_secret grant_type refresh_token; the expired token
a secret, invalid_grant: Basic, client_id client_secret grant_type refresh_token; InvalidGrantError
a secret, tokens: Basic, client_id client_secret grant_type refresh_token; the new token
none, tokens: nothing; ConfigException
an empty text, tokens: Basic, client_id client_secret grant_type refresh_token; the new token" ]
