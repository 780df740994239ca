#!/usr/bin/env bash
# librdkafka 2.16.0, as in confluent-kafka 2.16.1 (PyPI): sasl.oauthbearer.grant.type=urn:ietf:params:oauth:grant-type:jwt-bearer.
#
# With sasl.oauthbearer.assertion.algorithm=ES256, the signature of the assertion is the DER sequence that OpenSSL makes. A JWS has the
# two numbers one after the other, 64 bytes (RFC 7518, section 3.4), so no library verifies it; converted by hand, it is right. The
# producer reports what the server says, such as invalid_grant, and asks again and again. RS256 is right. By default an assertion
# lives for 300 seconds, and has an nbf a minute before, but neither jti nor kid; client_id is never sent with it, even if it is set.
#
# Seen (the algorithm, whether joserfc verifies the assertion as it is, and with the signature converted):
#   RS256 True
#   ES256 False, converted True
#   header alg typ; claims aud exp iat iss nbf sub; form assertion grant_type scope
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check confluent-kafka==2.16.1 joserfc==1.8.0 cryptography==50.0.2
cat > "$folder/seen.py" <<'PY'
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from time import monotonic
from urllib.parse import parse_qs

from confluent_kafka import Producer
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import ECKey, RSAKey
from joserfc.util import to_bytes, urlsafe_b64decode, urlsafe_b64encode

forms = []


class Server(BaseHTTPRequestHandler):
    def do_POST(self):
        forms.append(parse_qs(self.rfile.read(int(self.headers['content-length'])).decode()))
        self.send_response(400)
        self.send_header('Content-Type', 'application/json')
        self.end_headers()
        self.wfile.write(b'{"error": "invalid_grant"}')

    def log_message(self, *_):
        pass


server = HTTPServer(('127.0.0.1', 0), Server)
Thread(target=server.serve_forever, daemon=True).start()


def form_of(algorithm, key):
    file = os.path.join(sys.argv[1], algorithm)
    with open(file, 'wb') as out:
        out.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    forms.clear()
    producer = Producer(
        {
            'bootstrap.servers': '127.0.0.1:9',
            'security.protocol': 'SASL_PLAINTEXT',
            'sasl.mechanisms': 'OAUTHBEARER',
            'sasl.oauthbearer.method': 'oidc',
            'sasl.oauthbearer.grant.type': 'urn:ietf:params:oauth:grant-type:jwt-bearer',
            'sasl.oauthbearer.token.endpoint.url': f'http://127.0.0.1:{server.server_port}/token',
            'sasl.oauthbearer.client.id': 'metrics',
            'sasl.oauthbearer.scope': 'metrics:write',
            'sasl.oauthbearer.assertion.algorithm': algorithm,
            'sasl.oauthbearer.assertion.private.key.file': file,
            'sasl.oauthbearer.assertion.claim.iss': 'https://metrics.example',
            'sasl.oauthbearer.assertion.claim.sub': 'metrics',
            'sasl.oauthbearer.assertion.claim.aud': 'https://server.example',
            'log_level': 0,
            'error_cb': lambda _: None,
        }
    )
    end = monotonic() + 30
    while not forms and monotonic() < end:
        producer.poll(0.1)
    del producer
    return forms[0]


def pem(key):
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def verifies(text, key, algorithm):
    try:
        jws.deserialize_compact(text, key, algorithms=[algorithm])
        return True
    except BadSignatureError:
        return False


def converted(text):
    head, body, signature = text.split('.')
    r, s = utils.decode_dss_signature(urlsafe_b64decode(to_bytes(signature)))
    return '.'.join([head, body, urlsafe_b64encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big')).decode()])


key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
(text,) = form_of('RS256', key)['assertion']
print('RS256', verifies(text, RSAKey.import_key(pem(key)), 'RS256'))
key = ec.generate_private_key(ec.SECP256R1())
form = form_of('ES256', key)
(text,) = form['assertion']
public = ECKey.import_key(pem(key))
print(f"ES256 {verifies(text, public, 'ES256')}, converted {verifies(converted(text), public, 'ES256')}")
header, claims = [' '.join(sorted(json.loads(urlsafe_b64decode(to_bytes(part))))) for part in text.split('.')[:2]]
print(f"header {header}; claims {claims}; form {' '.join(sorted(form))}")
PY
seen=$("$folder/venv/bin/python" "$folder/seen.py" "$folder")
echo "$seen"
[ "$seen" = "RS256 True
ES256 False, converted True
header alg typ; claims aud exp iat iss nbf sub; form assertion grant_type scope" ]
