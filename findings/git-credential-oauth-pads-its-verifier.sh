#!/usr/bin/env bash
# git-credential-oauth 0.4.2 (Debian 12: git-credential-oauth 0.4.2-1+b2).
#
# It always uses PKCE with S256, and its code verifier is Base64 with the alphabet and the padding of RFC 4648, section 4: it ends with =
# and mostly has + or /. RFC 7636, section 4.1, has letters, digits and - . _ ~ alone. The challenge is the right hash of it, so a server
# that only compares the two takes it, and one that first looks at the form of the verifier, refuses every sign-in.
#
# Seen (of four sign-ins: the length of the verifier, whether its form is allowed, whether the challenge is its hash, how often):
#   44 characters, form not allowed, hash right: 4
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq git-credential-oauth=0.4.2-1+b2 2> /dev/null
dpkg -x git-credential-oauth_*.deb root
seen=$(HOME="$folder" python3 - <<'PY'
import json
import re
import subprocess
import threading
from base64 import urlsafe_b64encode
from collections import Counter
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit
from urllib.request import urlopen

verifiers = []

class TokenEndpoint(BaseHTTPRequestHandler):
    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers['content-length'])).decode())
        verifiers.append(form['code_verifier'][0])
        body = json.dumps({'access_token': 'a-token', 'token_type': 'Bearer', 'expires_in': 60}).encode()
        self.send_response(200)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

server = ThreadingHTTPServer(('localhost', 0), TokenEndpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
host = f'localhost:{server.server_port}'
for name, value in {'ClientId': 'git', 'Scopes': 'read', 'AuthURL': '/authorize', 'TokenURL': '/token'}.items():
    subprocess.run(['git', 'config', '--global', f'credential.http://{host}.oauth{name}', value], check=True)

kinds = Counter()
for _ in range(4):
    helper = subprocess.Popen(
        ['root/usr/bin/git-credential-oauth', 'get'],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    helper.stdin.write(f'protocol=http\nhost={host}\n\n')
    helper.stdin.close()
    address = next(line for line in helper.stderr if '/authorize?' in line)
    asked = dict(parse_qsl(urlsplit(address.strip()).query))
    urlopen(asked['redirect_uri'] + '/?' + urlencode({'code': 'a-code', 'state': asked['state']})).read()
    helper.wait()
    verifier = verifiers.pop()
    is_allowed = re.fullmatch(r'[A-Za-z0-9._~-]{43,128}', verifier)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip('=')
    form = 'form allowed' if is_allowed else 'form not allowed'
    kinds[f'{len(verifier)} characters, {form}, hash {"right" if challenge == asked["code_challenge"] else "wrong"}'] += 1
for kind, count in kinds.items():
    print(f'{kind}: {count}')
PY
)
echo "$seen"
[ "$seen" = '44 characters, form not allowed, hash right: 4' ]
