import os

from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session, url_for

app = Flask(__name__)
app.secret_key = os.urandom(32)

pixy = OAuth(app).register(
    "pixy",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
)


@app.get("/")
def home():
    return session.get("user") or {"sign_in": url_for("sign_in")}


@app.get("/sign-in")
def sign_in():
    return pixy.authorize_redirect(url_for("callback", _external=True))


@app.get("/callback")
def callback():
    token = pixy.authorize_access_token()
    session["user"] = pixy.userinfo(token=token)
    return redirect(url_for("home"))
