#!/usr/bin/env bash
# django-oauth-toolkit 3.4.1 (PyPI): a resource server by introspection (RESOURCE_SERVER_INTROSPECTION_URL), with its other settings as
# they are.
#
# The aud of an introspected token has to be the beginning of the address that was called. An identifier of an API that is no address,
# which RFC 8707 (section 2) and RFC 7662 (section 2.2) allow, is refused with 403, and so is the address of another name of the
# machine, such as the one outside a proxy. A token without aud is for any API. The person is looked for in username alone, which
# RFC 7662 calls optional: an active token without it is one without a person, whatever its sub says.
#
# Seen (what the response has besides active, and what a protected view at https://notes.example.com/api answers):
#   aud urn:example:notes: 403
#   aud https://api.example.com: 403
#   aud https://notes.example.com: 200, user ada
#   aud https://notes.example.com/api: 200, user ada
#   no aud: 200, user ada
#   no username but sub: 200, user None
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check django==5.2.9 django-oauth-toolkit==3.4.1
cat > seen.py <<'PY'
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
import django
from django.conf import settings
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import path

class Introspection(BaseHTTPRequestHandler):
    told = {}

    def do_POST(self):
        body = json.dumps({'active': True, 'scope': 'notes', 'exp': 4_000_000_000, **self.told}).encode()
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

server = HTTPServer(('127.0.0.1', 0), Introspection)
Thread(target=server.serve_forever, daemon=True).start()
settings.configure(
    SECRET_KEY='a secret of the test',
    ALLOWED_HOSTS=['notes.example.com'],
    ROOT_URLCONF=__name__,
    DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}},
    INSTALLED_APPS=['django.contrib.auth', 'django.contrib.contenttypes', 'oauth2_provider'],
    OAUTH2_PROVIDER={
        'RESOURCE_SERVER_INTROSPECTION_URL': f'http://127.0.0.1:{server.server_port}/introspect',
        'RESOURCE_SERVER_INTROSPECTION_CREDENTIALS': ('notes', 'a secret'),
    },
    USE_TZ=True,
)
django.setup()
call_command('migrate', verbosity=0)
from oauth2_provider.decorators import protected_resource

@protected_resource()
def notes(request):
    return HttpResponse(f'user {request.resource_owner}')

urlpatterns = [path('api', notes)]

def ask(name, told):
    Introspection.told = told
    token = name.encode().hex()
    answer = Client().get('/api', secure=True, headers={'host': 'notes.example.com', 'authorization': f'Bearer {token}'})
    print(f'{name}: {answer.status_code}' + (f', {answer.text}' if answer.status_code == 200 else ''))

for aud in ('urn:example:notes', 'https://api.example.com', 'https://notes.example.com', 'https://notes.example.com/api'):
    ask(f'aud {aud}', {'username': 'ada', 'aud': aud})
ask('no aud', {'username': 'ada'})
ask('no username but sub', {'sub': 'ada'})
PY
seen=$(venv/bin/python seen.py)
echo "$seen"
[ "$seen" = "aud urn:example:notes: 403
aud https://api.example.com: 403
aud https://notes.example.com: 200, user ada
aud https://notes.example.com/api: 200, user ada
no aud: 200, user ada
no username but sub: 200, user None" ]
