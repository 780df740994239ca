#!/usr/bin/env bash
# oauthlib 4.0.1 (PyPI): WebApplicationClient.parse_request_body_response.
#
# A token response {"error": "invalid_request"} raises InvalidClientIdError, whatever was wrong with the request; a missing
# code_verifier looks like a wrong client id in every log that prints the class. Several exceptions have this error code, and the first
# by name is raised. The sentence of the server is only in the description. The other errors of
# RFC 6749, section 5.2, raise the class with their name.
#
# Seen:
#   invalid_request InvalidClientIdError
#   invalid_grant InvalidGrantError
#   invalid_client InvalidClientError
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet oauthlib==4.0.1
seen=$("$folder/venv/bin/python" - <<'PYTHON'
import json
from oauthlib.oauth2 import OAuth2Error, WebApplicationClient

for code in ["invalid_request", "invalid_grant", "invalid_client"]:
    body = json.dumps({"error": code, "error_description": "The code_verifier is missing."})
    try:
        WebApplicationClient("app").parse_request_body_response(body)
    except OAuth2Error as error:
        print(code, type(error).__name__)
PYTHON
)
echo "$seen"
[ "$seen" = "invalid_request InvalidClientIdError
invalid_grant InvalidGrantError
invalid_client InvalidClientError" ]
