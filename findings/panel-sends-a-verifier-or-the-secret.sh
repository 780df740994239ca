#!/usr/bin/env bash
# panel 1.9.4 (PyPI): the sign-in of `panel serve`, with the providers that take any server.
#
# A client with a secret is to use PKCE as well (RFC 9700, section 2.1.1). Here it is one or the other: the provider `generic` sends the
# secret and no challenge; `auth_code` has PKCE, and leaves out the secret that --oauth-secret gives it, so a server that knows the client
# by one refuses the code.
#
# Seen (the provider; the names in the address; those in the token request):
#   generic: client_id redirect_uri response_type scope state; client_id client_secret code grant_type redirect_uri scope
#   auth_code: client_id code_challenge code_challenge_method redirect_uri response_mode response_type scope state; client_id code code_verifier grant_type redirect_uri scope
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check panel==1.9.4 bokeh==3.9.2
cd "$folder"
echo 'import panel; panel.pane.Str("signed in").servable()' > app.py
seen=$(PATH="$folder/venv/bin:$PATH" python - <<'PY'
import http.cookiejar
import json
import os
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, build_opener

sent = []

class TokenEndpoint(BaseHTTPRequestHandler):
    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers['content-length'])).decode())
        sent.append(' '.join(sorted(form)) + (' header' if 'authorization' in self.headers else ''))
        body = json.dumps({'error': 'invalid_grant'}).encode()
        self.send_response(400)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

class Stay(HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None

def open_page(browser, address):
    try:
        return browser.open(address)
    except HTTPError as answer:
        return answer

server = ThreadingHTTPServer(('127.0.0.1', 0), TokenEndpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
issuer = f'http://127.0.0.1:{server.server_port}'
settings = {
    'PANEL_OAUTH_AUTHORIZE_URL': f'{issuer}/authorize', 'PANEL_OAUTH_TOKEN_URL': f'{issuer}/token',
    'PANEL_OAUTH_USER_URL': f'{issuer}/userinfo', 'PANEL_OAUTH_SCOPE': 'openid profile',
}
for provider in ('generic', 'auth_code'):
    with socket() as one:
        one.bind(('127.0.0.1', 0))
        port = one.getsockname()[1]
    app = f'http://localhost:{port}'
    panel = subprocess.Popen(
        ['panel', 'serve', 'app.py', f'--port={port}', '--cookie-secret=a-cookie-secret', f'--oauth-provider={provider}',
         '--oauth-key=app', '--oauth-secret=a-secret', f'--oauth-redirect-uri={app}/login'],
        env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        browser = build_opener(Stay, HTTPCookieProcessor(http.cookiejar.CookieJar()))
        for _ in range(300):
            try:
                open_page(browser, f'{app}/app')
                break
            except URLError:
                time.sleep(0.1)
        address = open_page(browser, f'{app}/login?next=/app').headers['location']
        asked = parse_qs(urlsplit(address).query)
        open_page(browser, f'{app}/login?' + urlencode({'code': 'a-code', 'state': asked['state'][0]}))
        print(f'{provider}: {" ".join(sorted(asked))}; {sent.pop()}')
    finally:
        panel.terminate()
        panel.wait()
PY
)
echo "$seen"
[ "$seen" = 'generic: client_id redirect_uri response_type scope state; client_id client_secret code grant_type redirect_uri scope
auth_code: client_id code_challenge code_challenge_method redirect_uri response_mode response_type scope state; client_id code code_verifier grant_type redirect_uri scope' ]
