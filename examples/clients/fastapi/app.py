import os

from authlib.integrations.starlette_client import OAuth
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse
from starlette.middleware.sessions import SessionMiddleware

app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key=os.urandom(32).hex())
tokens = {}  # by sub; a database in a real app


async def update_token(token, refresh_token=None, access_token=None):
    sub = next(sub for sub, old in tokens.items() if old["refresh_token"] == refresh_token)
    tokens[sub] = token


pixy = OAuth().register(
    "pixy",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile email offline_access", "code_challenge_method": "S256"},
    update_token=update_token,
)


@app.get("/sign-in")
async def sign_in(request: Request):
    return await pixy.authorize_redirect(request, request.url_for("callback"))


@app.get("/callback")
async def callback(request: Request):
    token = await pixy.authorize_access_token(request)
    sub = token["userinfo"]["sub"]
    tokens[sub] = token
    request.session["sub"] = sub
    return RedirectResponse("/profile")


@app.get("/profile")
async def profile(request: Request):
    """Refreshes the tokens when they have expired."""
    return await pixy.userinfo(token=tokens[request.session["sub"]])
