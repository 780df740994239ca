"""Gets a token that is bound to a key, and reads the policy with it. The library answers the demands for a nonce by itself."""

import os

import requests
from requests_oauth2client import OAuth2Client

issuer = os.environ["ISSUER"]
client = OAuth2Client(
    token_endpoint=f"{issuer}/token",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    dpop_alg=os.environ["ALG"],
    testing=True,  # http on this machine
)
token = client.client_credentials(scope="pixy:read", dpop=True)
answer = requests.get(f"{issuer}/admin/policy", auth=token, timeout=30)
print(token.token_type, answer.status_code, answer.text)
