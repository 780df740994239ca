#!/usr/bin/env bash
# social-auth-core 7.0.0 (PyPI): OpenIdConnectAuth and UserMixin.get_access_token.
#
# get_access_token() promises a valid access token: it refreshes one that has expired. With the generic OpenID Connect backend it never
# does, because the backend stores the id_token, the refresh_token and the sub of a token response, and not its expires_in. Without
# that, no token counts as expired, so the app sends the first one for ever. Adding expires_in to EXTRA_DATA (in Django,
# SOCIAL_AUTH_OIDC_EXTRA_DATA) makes the same call refresh.
#
# Seen, for a token of 60 seconds, an hour later:
#   as it comes: stores id, id_token, refresh_token; returns the first token
#   with expires_in: stores expires_in, id, id_token, refresh_token; refreshes
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet social-auth-core==7.0.0
seen=$("$folder/venv/bin/python" - <<'PYTHON'
import time

from social_core.backends.open_id_connect import OpenIdConnectAuth
from social_core.backends.oauth import OAuthAuth
from social_core.storage import UserMixin
from social_core.strategy import BaseStrategy


class Strategy(BaseStrategy):
    def __init__(self, settings):
        super().__init__()
        self.settings = settings

    def get_setting(self, name):
        return self.settings[name]

    def get_request_data(self, merge=True):
        return {}

    def build_absolute_uri(self, path=None):
        return f"https://app.example{path or '/'}"


class Association(UserMixin):
    provider = "oidc"
    uid = "ada"

    def __init__(self, extra_data):
        self.extra_data = extra_data
        self.refreshed = False

    def refresh_token(self, strategy, *args, **kwargs):
        self.refreshed = True


response = {
    "access_token": "first",
    "refresh_token": "refresh",
    "token_type": "Bearer",
    "expires_in": 60,
    "sub": "ada",
}
for label, settings in [
    ("as it comes", {}),
    ("with expires_in", {"SOCIAL_AUTH_OIDC_EXTRA_DATA": ["expires_in"]}),
]:
    strategy = Strategy(settings)
    backend = OpenIdConnectAuth(strategy)
    data = OAuthAuth.extra_data(backend, None, "ada", response, {"id_token": "signed"}, {})
    data["auth_time"] = int(time.time()) - 3600
    association = Association(data)
    token = association.get_access_token(strategy)
    stored = sorted(set(data) & {"expires_in", "id", "id_token", "refresh_token"})
    outcome = "refreshes" if association.refreshed else f"returns the {token} token"
    print(f"{label}: stores {', '.join(stored)}; {outcome}")
PYTHON
)
echo "$seen"
[ "$seen" = "as it comes: stores id, id_token, refresh_token; returns the first token
with expires_in: stores expires_in, id, id_token, refresh_token; refreshes" ]
