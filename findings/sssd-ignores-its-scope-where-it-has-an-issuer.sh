#!/usr/bin/env bash
# oidc_child of SSSD 2.8.2 (Debian 12: sssd-idp): --get-device-code with --scope, with --issuer-url and with the endpoints one by one.
#
# The scope of a device authorization request (RFC 8628, section 3.1) is what the device needs, and --scope says what that is. With
# --issuer-url the program reads the metadata of the server, and asks for all of scopes_supported there (RFC 8414, section 2) instead, also
# offline_access and the scopes of APIs; for "user" if there is no such member. Only with the endpoints in options it asks for --scope.
#
# Seen (the scope of the request, for --scope "openid profile"):
#   an issuer with scopes_supported: openid profile offline_access orders:write
#   an issuer without: user
#   the endpoints: openid profile
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq sssd-idp sssd-common libjose0 libtalloc2 libtevent0 libdhash1 libpopt0 libcollection4 libbasicobjects0 libini-config5 \
  libref-array1 libpath-utils1 libldb2 libsss-idmap0 libcurl4 libjansson4 2> /dev/null
case $(ls sssd-idp_*.deb) in sssd-idp_2.8.2-*) ;; *) echo "another version: $(ls sssd-idp_*.deb)" >&2 && exit 1 ;; esac
for package in *.deb; do dpkg -x "$package" root; done
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost 2> /dev/null
cat > seen.py <<'PY'
import json
import ssl
import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs

class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        metadata = {
            'issuer': issuer,
            'token_endpoint': f'{issuer}/token',
            'device_authorization_endpoint': f'{issuer}/device_authorization',
            'userinfo_endpoint': f'{issuer}/userinfo',
            'jwks_uri': f'{issuer}/jwks',
        }
        self.answer(200, {**metadata, 'scopes_supported': self.supported} if self.supported else metadata)

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers['Content-Length'])).decode())
        if self.path == '/token':
            return self.answer(400, {'error': 'authorization_pending'})
        print(f'{self.how}: {form["scope"][0]}', flush=True)
        codes = {'device_code': 'one', 'user_code': 'two', 'verification_uri': f'{issuer}/device', 'expires_in': 600, 'interval': 5}
        self.answer(200, codes)

    def answer(self, status, body):
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        pass

server = HTTPServer(('127.0.0.1', 0), Server)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('certificate.pem', 'key.pem')
server.socket = context.wrap_socket(server.socket, server_side=True)
issuer = f'https://localhost:{server.server_port}'
endpoints = {
    'device-auth-endpoint': 'device_authorization',
    'token-endpoint': 'token',
    'userinfo-endpoint': 'userinfo',
    'jwks-uri': 'jwks',
}
Thread(target=server.serve_forever, daemon=True).start()
for Server.how, Server.supported, where in (
    ('an issuer with scopes_supported', ['openid', 'profile', 'offline_access', 'orders:write'], [f'--issuer-url={issuer}']),
    ('an issuer without', [], [f'--issuer-url={issuer}']),
    ('the endpoints', [], [f'--{name}={issuer}/{path}' for name, path in endpoints.items()]),
):
    subprocess.run(
        [
            'root/usr/libexec/sssd/oidc_child',
            '--get-device-code',
            *where,
            '--client-id=app',
            '--scope=openid profile',
            '--ca-db=certificate.pem',
            '--logger=stderr',
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        env={'LD_LIBRARY_PATH': 'root/usr/lib/x86_64-linux-gnu:root/usr/lib/x86_64-linux-gnu/sssd'},
    )
PY
seen=$(python3 seen.py)
echo "$seen"
[ "$seen" = "an issuer with scopes_supported: openid profile offline_access orders:write
an issuer without: user
the endpoints: openid profile" ]
