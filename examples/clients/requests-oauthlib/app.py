import os

import requests
from flask import Flask, redirect, request, session, url_for
from oauthlib.oauth2 import WebApplicationClient
from requests_oauthlib import OAuth2Session

app = Flask(__name__)
app.secret_key = os.urandom(32)

client_id, client_secret = os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]
server = requests.get(os.environ["ISSUER"] + "/.well-known/openid-configuration").json()
tokens = {}  # by sub; a database in a real app


def new_session(**options):
    return OAuth2Session(
        client=WebApplicationClient(client_id),
        scope=["openid", "email", "offline_access"],
        redirect_uri=url_for("callback", _external=True),
        **options,
    )


@app.get("/sign-in")
def sign_in():
    client = WebApplicationClient(client_id)
    session["verifier"] = client.create_code_verifier(64)
    url, session["state"] = new_session().authorization_url(
        server["authorization_endpoint"],
        code_challenge=client.create_code_challenge(session["verifier"], "S256"),
        code_challenge_method="S256",
    )
    return redirect(url)


@app.get("/callback")
def callback():
    pixy = new_session(state=session.pop("state"))
    token = pixy.fetch_token(
        server["token_endpoint"],
        authorization_response=request.url,
        client_secret=client_secret,
        code_verifier=session.pop("verifier"),
    )
    person = pixy.get(server["userinfo_endpoint"]).json()
    session["sub"] = person["sub"]
    tokens[person["sub"]] = token
    return person


@app.get("/profile")
def profile():
    """Refreshes the token when it has expired."""
    sub = session["sub"]
    pixy = new_session(
        token=tokens[sub],
        auto_refresh_url=server["token_endpoint"],
        auto_refresh_kwargs={"client_id": client_id, "client_secret": client_secret},
        token_updater=lambda token: tokens.update({sub: token}),
    )
    return pixy.get(server["userinfo_endpoint"]).json()
