#!/usr/bin/env bash
# iddawc 1.1.8 (Debian 12: libiddawc1.1): i_register_client().
#
# A server answers a registration with 201 and the client (RFC 7591, section 3.2.1). The library takes only 200 for success: it returns
# an error (1, I_ERROR), stores no client_id, and gives the answer to nobody, so the client is registered and its secret is lost; every
# further try registers another one. Pushed requests, which are also answered with 201, are understood.
#
# Seen (the status of the answer, the result, and the client_id in the session afterwards):
#   201: 1 None
#   200: 0 made-by-the-server
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq libiddawc1.1=1.1.8-1 libulfius2.7 librhonabwy1.1 libyder2.0 liborcania2.3 libmicrohttpd12 libcurl3-gnutls libjansson4 2> /dev/null
for package in *.deb; do dpkg -x "$package" root; done
cat > seen.py <<'PY'
import ctypes
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

CLIENT_ID, REGISTRATION_ENDPOINT = 8, 55
metadata = {'redirect_uris': ['https://app.example/callback']}

class Server(BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(self.status)
        self.send_header('Content-Type', 'application/json')
        self.end_headers()
        self.wfile.write(json.dumps({'client_id': 'made-by-the-server', 'client_secret': 'a secret', **metadata}).encode())

    def log_message(self, *_):
        pass

server = HTTPServer(('127.0.0.1', 0), Server)
Thread(target=server.serve_forever, daemon=True).start()
library, jansson = ctypes.CDLL('libiddawc.so.1.1'), ctypes.CDLL('libjansson.so.4')
jansson.json_loads.argtypes, jansson.json_loads.restype = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p], ctypes.c_void_p
library.i_register_client.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
library.i_get_str_parameter.restype = ctypes.c_char_p
library.i_global_init()
for Server.status in (201, 200):
    session = ctypes.create_string_buffer(1 << 14)  # more than a struct _i_session
    library.i_init_session(session)
    library.i_set_str_parameter(session, REGISTRATION_ENDPOINT, f'http://127.0.0.1:{server.server_port}/clients'.encode())
    result = library.i_register_client(session, jansson.json_loads(json.dumps(metadata).encode(), 0, None), 1, None)
    client_id = library.i_get_str_parameter(session, CLIENT_ID)
    print(f'{Server.status}: {result} {client_id and client_id.decode()}')
PY
seen=$(LD_LIBRARY_PATH="$folder/root/usr/lib/x86_64-linux-gnu" python3 seen.py)
echo "$seen"
[ "$seen" = "201: 1 None
200: 0 made-by-the-server" ]
