#!/usr/bin/env bash
# delta-sharing 1.4.2 (PyPI): a profile of the type oauth_jwt_bearer_private_key_jwt.
#
# The assertion that it exchanges for an access token has no sub, which RFC 7523, section 3, requires, so a server that looks for the
# subject finds nobody. Its iss is the client id; the request names no client beside it, and scope and resource stand in the assertion
# alone. The type oauth_client_credentials of the same package sends a secret in the header, and scope in the form.
#
# Seen (the type of the profile, the names in the form, the names in the assertion):
#   oauth_client_credentials: grant_type scope
#   oauth_jwt_bearer_private_key_jwt: assertion grant_type; aud exp iat iss jti resource scope
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check delta-sharing==1.4.2 jwcrypto
openssl genrsa -out "$folder/key.pem" 2048 2> /dev/null
seen=$(cd "$folder" && venv/bin/python - <<'PY'
import json
import threading
from base64 import urlsafe_b64decode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import delta_sharing

class Server(BaseHTTPRequestHandler):
    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers['content-length'])).decode())
        notes = [' '.join(sorted(form))]
        for assertion in form.get('assertion', []):
            notes.append(' '.join(sorted(json.loads(urlsafe_b64decode(assertion.split('.')[1] + '==')))))
        print(f'{profile["type"]}: {"; ".join(notes)}')
        self.answer({'access_token': 'a-token', 'token_type': 'Bearer', 'expires_in': 3600})

    def do_GET(self):
        self.answer({'items': []})

    def answer(self, document):
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

server = ThreadingHTTPServer(('127.0.0.1', 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
origin = f'http://127.0.0.1:{server.server_port}'
profiles = {'shareCredentialsVersion': 2, 'endpoint': origin}
client = {'tokenEndpoint': f'{origin}/token', 'clientId': 'reader', 'scope': 'read'}
key = {'privateKeyFile': 'key.pem', 'keyId': 'one', 'algorithm': 'RS256'}
signing = {**client, 'issuer': 'https://issuer.example', 'audience': 'https://share.example', 'privateKey': key}
for profile in (
    {**profiles, 'type': 'oauth_client_credentials', **client, 'clientSecret': 'a secret'},
    {**profiles, 'type': 'oauth_jwt_bearer_private_key_jwt', 'auth': signing},
):
    with open('profile.share', 'w') as file:
        json.dump(profile, file)
    delta_sharing.SharingClient('profile.share').list_shares()
PY
)
echo "$seen"
[ "$seen" = 'oauth_client_credentials: grant_type scope
oauth_jwt_bearer_private_key_jwt: assertion grant_type; aud exp iat iss jti resource scope' ]
