#!/usr/bin/env bash
# snowflake-connector-python 5.2.0 (PyPI), authenticator OAUTH_AUTHORIZATION_CODE with oauth_enable_dpop, at a server of one's own.
#
# A refresh token of a public client is bound to the key of the proof that it was issued with (RFC 9449, section 5). The driver keeps the
# key in its cache together with the access token. When the database says that this token has expired, it throws both away, and refreshes
# with a proof of a new key, so that a server which keeps to the RFC refuses it; people sign in again whenever a token expires. Nothing
# says so: the driver opens the browser. The first login that finds a token in the cache has the old key.
#
# Seen (what is sent to the token endpoint and to the database; the letter stands for the key of the proof):
#   first connection: code A, login A
#   second connection: login A, refresh B, login B
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check snowflake-connector-python==5.2.0
cd "$folder"
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE 2> /dev/null
mkdir home bin
cat > bin/xdg-open <<'PY'
#!/usr/bin/env python3
import sys
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen
asked = parse_qs(urlsplit(sys.argv[1]).query)
urlopen(asked['redirect_uri'][0] + '?' + urlencode({'code': 'a-code', 'state': asked['state'][0]}))
PY
chmod +x bin/xdg-open
cat > connect.py <<'PY'
import sys
import snowflake.connector
snowflake.connector.connect(
    account='test', user='ada', host='localhost', protocol='http', port=int(sys.argv[2]), login_timeout=30,
    authenticator='OAUTH_AUTHORIZATION_CODE', oauth_client_id='app', oauth_enable_dpop=True, oauth_scope='offline_access',
    oauth_authorization_url=f'https://localhost:{sys.argv[1]}/authorize', oauth_token_request_url=f'https://localhost:{sys.argv[1]}/token',
).close()
PY
cat > seen.py <<'PY'
import base64
import gzip
import json
import os
import ssl
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs

letters, sent, expired = {}, [], [False]

def decode(part):
    return json.loads(base64.urlsafe_b64decode(part + '=='))

class Server(BaseHTTPRequestHandler):
    def key(self):
        point = decode(self.headers['dpop'].split('.')[0])['jwk']['x']
        return letters.setdefault(point, 'ABCDEF'[len(letters)])

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get('content-length') or 0))
        if self.headers.get('content-encoding') == 'gzip':
            body = gzip.decompress(body)
        if self.path == '/token':
            grant = parse_qs(body.decode())['grant_type'][0].removeprefix('authorization_').removesuffix('_token')
            sent.append(f'{grant} {self.key()}')
            self.answer({'access_token': 'a-token', 'refresh_token': 'r-token', 'token_type': 'DPoP', 'expires_in': 600})
        elif self.path.startswith('/session/v1/login-request'):
            sent.append(f'login {self.key()}')
            if expired[0]:
                expired[0] = False
                return self.answer({'data': {}, 'code': '390318', 'message': 'OAuth access token expired.', 'success': False})
            data = {
                'token': 't', 'masterToken': 'm', 'validityInSeconds': 3600, 'masterValidityInSeconds': 14400, 'serverVersion': '9',
                'sessionId': 1, 'parameters': [], 'displayUserName': 'ADA', 'firstLogin': False, 'healthCheckInterval': 45,
                'sessionInfo': {'databaseName': None, 'schemaName': None, 'warehouseName': None, 'roleName': None},
            }
            self.answer({'data': data, 'code': None, 'message': None, 'success': True})
        else:
            self.answer({'data': {}, 'code': None, 'message': None, 'success': True})

    def log_message(self, *_):
        pass

issuer, database = (ThreadingHTTPServer(('127.0.0.1', 0), Server) for _ in range(2))
tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
tls.load_cert_chain('certificate.pem', 'key.pem')
issuer.socket = tls.wrap_socket(issuer.socket, server_side=True)
for server in (issuer, database):
    Thread(target=server.serve_forever, daemon=True).start()
here = os.getcwd()
environment = {
    **os.environ, 'HOME': f'{here}/home', 'XDG_CACHE_HOME': f'{here}/home', 'BROWSER': f'{here}/bin/xdg-open',
    'PATH': f'{here}/bin:{os.environ["PATH"]}', 'SSL_CERT_FILE': f'{here}/certificate.pem',
}
for name in ('first', 'second'):
    expired[0] = name == 'second'
    ports = [str(server.server_port) for server in (issuer, database)]
    done = subprocess.run([sys.executable, 'connect.py', *ports], env=environment, capture_output=True, text=True, timeout=90)
    if done.returncode:
        sys.exit(done.stderr[-600:])
    print(f'{name} connection: {", ".join(sent)}')
    sent.clear()
PY
seen=$(venv/bin/python seen.py)
echo "$seen"
[ "$seen" = 'first connection: code A, login A
second connection: login A, refresh B, login B' ]
