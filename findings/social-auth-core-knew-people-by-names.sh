#!/usr/bin/env bash
# social-auth-core 5.2.0 and 6.0.0 (PyPI), which python-social-auth's Django app is made of: what links a person to a provider (`uid`).
#
# OpenID Connect Core, section 5.7, has issuer and subject tell people apart, and nothing else: names and addresses change hands. Up to
# version 5, most backends keep the username or the address as the uid, also those that are called OpenID Connect; the general one and
# two others keep the subject. Since 6.0 all of these keep the subject. Rows that are there stay what they were, so a database that has
# seen both versions has both, and a row does not say which it is. Whoever moves the table elsewhere as pairs of issuer and subject
# links the older people to nobody.
#
# Seen (the uid that a backend makes of the same answer, version 5.2.0 and 6.0.0):
#   google-oauth2: ada@example.com, 8d0f0b6e
#   google-openidconnect: ada@example.com, 8d0f0b6e
#   keycloak: ada, 8d0f0b6e
#   okta-openidconnect: ada, 8d0f0b6e
#   azuread-oauth2: ada@corp.example, 8d0f0b6e
#   azuread-v2-tenant-oauth2: ada, 8d0f0b6e
#   cognito: ada, 8d0f0b6e
#   oidc: 8d0f0b6e, 8d0f0b6e
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > seen.py <<'PY'
from importlib import import_module

from social_core.storage import BaseStorage
from social_core.strategy import BaseStrategy


class Strategy(BaseStrategy):
    def get_setting(self, name):
        raise AttributeError(name)

    def request_data(self, merge=True):
        return {}

    def build_absolute_uri(self, path=None):
        return f'https://app.example{path or ""}'


answer = {
    'sub': '8d0f0b6e', 'id': '8d0f0b6e', 'email': 'ada@example.com', 'email_verified': True, 'name': 'Ada', 'username': 'ada',
    'preferred_username': 'ada', 'upn': 'ada@corp.example',
}
for module, name in (
    ('google', 'GoogleOAuth2'), ('google_openidconnect', 'GoogleOpenIdConnect'), ('keycloak', 'KeycloakOAuth2'),
    ('okta_openidconnect', 'OktaOpenIdConnect'), ('azuread', 'AzureADOAuth2'), ('azuread_tenant', 'AzureADV2TenantOAuth2'),
    ('cognito', 'CognitoOAuth2'), ('open_id_connect', 'OpenIdConnectAuth'),
):
    backend = getattr(import_module(f'social_core.backends.{module}'), name)(Strategy(BaseStorage))
    details = backend.get_user_details(dict(answer))
    print(f'{backend.name}: {backend.get_user_id(details, dict(answer))}')
PY
for version in 5.2.0 6.0.0; do
  python3 -m venv "v$version"
  "v$version/bin/pip" install --quiet --disable-pip-version-check "social-auth-core==$version"
  "v$version/bin/python" seen.py > "$version.txt"
done
seen=$(paste -d, 5.2.0.txt <(sed 's/^[^:]*:/ /' 6.0.0.txt) | sed 's/,  /, /')
echo "$seen"
[ "$seen" = "google-oauth2: ada@example.com, 8d0f0b6e
google-openidconnect: ada@example.com, 8d0f0b6e
keycloak: ada, 8d0f0b6e
okta-openidconnect: ada, 8d0f0b6e
azuread-oauth2: ada@corp.example, 8d0f0b6e
azuread-v2-tenant-oauth2: ada, 8d0f0b6e
cognito: ada, 8d0f0b6e
oidc: 8d0f0b6e, 8d0f0b6e" ]
