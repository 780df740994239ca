#!/usr/bin/env bash
# librest 0.9.1 (Debian 12: librest-1.0-0), which GNOME programs use: RestOAuth2Proxy.
#
# rest_oauth2_proxy_refresh_access_token_finish() returns FALSE and an error when it fails. It looks at no status and at no error in the
# answer, only for the members of a good one: after 400 invalid_grant it returns TRUE, and the old tokens stay, so that the program never
# learns that its person has to sign in again. And the client secret, which goes along with a code, is left out when refreshing, so a
# client with a secret is always refused, and is told TRUE as well. The code is exchanged in the same way.
#
# Seen (the request, with the names that it has; the answer; what the function returns, and the access token afterwards):
#   client_id client_secret code code_verifier grant_type redirect_uri: 200: True first
#   client_id grant_type redirect_uri refresh_token: 400 invalid_grant: True first
#   client_id client_secret code code_verifier grant_type redirect_uri: 400 invalid_grant: True first
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq librest-1.0-0 gir1.2-rest-1.0 libsoup-3.0-0 gir1.2-soup-3.0 libjson-glib-1.0-0 libgirepository-1.0-1 \
  gir1.2-glib-2.0 python3-gi libglib2.0-0 libpsl5 libnghttp2-14 libbrotli1 libxml2 libicu72 libsqlite3-0 libgssapi-krb5-2 \
  libkrb5-3 libk5crypto3 libkrb5support0 libidn2-0 libunistring2 libpcre2-8-0 libffi8 libmount1 libblkid1 2> /dev/null
for package in *.deb; do dpkg -x "$package" root; done
cat > seen.py <<'PY'
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs
import gi
gi.require_version('Rest', '1.0')
from gi.repository import GLib, Rest

class Server(BaseHTTPRequestHandler):
    first, seen = True, []

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers['content-length'])).decode())
        status, Server.first = 200 if Server.first else 400, False
        Server.seen.append(f'{" ".join(sorted(form))}: {status}' + (' invalid_grant' if status == 400 else ''))
        good = {'access_token': 'first', 'refresh_token': 'r', 'token_type': 'Bearer', 'expires_in': 3600}
        self.send_response(status)
        self.send_header('content-type', 'application/json')
        self.end_headers()
        self.wfile.write(json.dumps(good if status == 200 else {'error': 'invalid_grant'}).encode())

    def log_message(self, *_):
        pass

server = HTTPServer(('127.0.0.1', 0), Server)
Thread(target=server.serve_forever, daemon=True).start()
origin = f'http://127.0.0.1:{server.server_port}'
proxy = Rest.OAuth2Proxy.new(f'{origin}/authorize', f'{origin}/token', 'http://127.0.0.1/callback', 'app', 'a secret', origin)
verifier = Rest.PkceCodeChallenge.new_random().get_verifier()
loop = GLib.MainLoop()

def wait(finish):
    def done(_, answer):
        try:
            result = finish(answer)
        except GLib.Error as error:
            result = error.message
        print(f'{Server.seen.pop()}: {result} {proxy.get_access_token()}')
        loop.quit()
    return done

for step in ('code', 'refresh', 'code'):
    if step == 'code':
        proxy.fetch_access_token_async('a-code', verifier, None, wait(proxy.fetch_access_token_finish))
    else:
        proxy.refresh_access_token_async(None, wait(proxy.refresh_access_token_finish))
    loop.run()
PY
libraries="$folder/root/usr/lib/x86_64-linux-gnu"
seen=$(LD_LIBRARY_PATH="$libraries:$folder/root/lib/x86_64-linux-gnu" GI_TYPELIB_PATH="$libraries/girepository-1.0" \
  PYTHONPATH="$folder/root/usr/lib/python3/dist-packages" /usr/bin/python3 seen.py 2> errors) || { tail -n 5 errors; exit 1; }
echo "$seen"
[ "$seen" = 'client_id client_secret code code_verifier grant_type redirect_uri: 200: True first
client_id grant_type redirect_uri refresh_token: 400 invalid_grant: True first
client_id client_secret code code_verifier grant_type redirect_uri: 400 invalid_grant: True first' ]
