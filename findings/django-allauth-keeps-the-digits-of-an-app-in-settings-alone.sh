#!/usr/bin/env bash
# django-allauth 65.22.1 and django-otp 1.7.5 (PyPI), on Django 5.2.9: authenticator apps as manage.py dumpdata writes them.
#
# How many digits a code has and how long it counts is kept with each app of django-otp. For allauth it is in the settings of the
# project (MFA_TOTP_DIGITS, MFA_TOTP_PERIOD), and an app has its key and nothing else. So a dump of allauth does not say what codes its
# people type, and an app made under other settings looks like any other: a move that assumes 6 digits and 30 seconds locks them out.
# The key is hexadecimal in the one and base32 in the other.
#
# Seen (apps of 8 digits and 60 seconds; the members of a dump that describe one, and the form of the key):
#   otp_totp.totpdevice: digits 8, step 60, t0 0, key of 40 hexadecimal digits
#   mfa.authenticator: data has secret alone, key of 32 characters of base32
#   a code that allauth takes: 8 digits
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check django==5.2.9 'django-allauth[mfa]==65.22.1' django-otp==1.7.5
cat > seen.py <<'PY'
import json
import re
from io import StringIO
import django
from django.conf import settings
from django.core.management import call_command

settings.configure(
    SECRET_KEY='a secret of the test',
    DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}},
    INSTALLED_APPS=[
        'django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.sessions', 'allauth', 'allauth.account', 'allauth.mfa',
        'django_otp', 'django_otp.plugins.otp_totp',
    ],
    MIDDLEWARE=['allauth.account.middleware.AccountMiddleware'],
    MFA_TOTP_DIGITS=8,
    MFA_TOTP_PERIOD=60,
    ROOT_URLCONF=__name__,
    USE_TZ=True,
)
django.setup()
call_command('migrate', verbosity=0)
urlpatterns = []
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.models import User
from django_otp.plugins.otp_totp.models import TOTPDevice

ada = User.objects.create_user('ada')
secret = generate_totp_secret()
TOTP.activate(ada, secret)
TOTPDevice.objects.create(user=ada, digits=8, step=60)
written = StringIO()
call_command('dumpdata', 'mfa', 'otp_totp', stdout=written)
fields = {item['model']: item['fields'] for item in json.loads(written.getvalue())}
device = fields['otp_totp.totpdevice']
data = fields['mfa.authenticator']['data']
hexadecimal = re.fullmatch('[0-9a-f]+', device['key'])
base32 = re.fullmatch('[A-Z2-7]+', data['secret'])
print(f"otp_totp.totpdevice: digits {device['digits']}, step {device['step']}, t0 {device['t0']}, key of {len(hexadecimal[0])} hexadecimal digits")
print(f"mfa.authenticator: data has {' '.join(data)} alone, key of {len(base32[0])} characters of base32")
code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
print(f'a code that allauth takes: {len(code)} digits')
PY
seen=$(venv/bin/python seen.py)
echo "$seen"
[ "$seen" = "otp_totp.totpdevice: digits 8, step 60, t0 0, key of 40 hexadecimal digits
mfa.authenticator: data has secret alone, key of 32 characters of base32
a code that allauth takes: 8 digits" ]
