#!/usr/bin/env bash
# schemathesis 4.32.5 (PyPI): an operation whose If-Match header is required, of a server that answers 428 where it is missing (RFC 6585
# section 3), as its OpenAPI document says.
#
# The check `missing_required_header` knows 400, 401, 403, 406, 415 and 422 as refusals of a request without a required header. It calls
# the documented 428, whose meaning is that a header is missing, "Missing required header accepted". And 412 (RFC 9110 section 13.1.1),
# the answer to every version but the current one, is "Schema-valid request rejected": no version in the document can be right for long.
# A server that answers 400 and 404 to the same requests has no failure.
#
# Seen (what is answered without If-Match and with another version, the failures that are reported):
#   428 412: Missing required header accepted; Schema-valid request rejected
#   400 404: none
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check schemathesis==4.32.5
cat > serve.py <<'PY'
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

missing, stale = int(sys.argv[1]), int(sys.argv[2])
parameter = {'name': 'If-Match', 'in': 'header', 'required': True, 'schema': {'type': 'string', 'pattern': '^"[0-9]+"$'}}
responses = {str(status): {'description': str(status)} for status in (200, missing, stale)}
document = {'openapi': '3.1.0', 'info': {'title': 'One', 'version': '1'},
            'paths': {'/one': {'delete': {'parameters': [parameter], 'responses': responses}}}}


class Handler(BaseHTTPRequestHandler):
    def answer(self, status, body=b''):
        self.send_response(status)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(200, json.dumps(document).encode())

    def do_DELETE(self):
        given = self.headers.get('If-Match')
        self.answer(missing if given is None else 200 if given == '"7"' else stale)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
PY
checks=missing_required_header,positive_data_acceptance,status_code_conformance
seen=''
for statuses in '428 412' '400 404'; do
  python3 serve.py $statuses > port & server=$!
  until [ -s port ]; do sleep 0.1; done
  venv/bin/st run "http://127.0.0.1:$(cat port)/openapi.json" --checks "$checks" --phases coverage,fuzzing \
    --max-examples 20 --seed 1 --no-color --continue-on-failure > report || true
  kill "$server"
  rm port
  failures=$(sed -n 's/^- ST[0-9]* //p' report | sort -u | paste -sd ';' | sed 's/;/; /g')
  seen+="$statuses: ${failures:-none}"$'\n'
done
printf '%s' "$seen"
[ "$seen" = "428 412: Missing required header accepted; Schema-valid request rejected
400 404: none
" ]
