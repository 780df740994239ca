import os

SECRET_KEY = os.urandom(32).hex()
DEBUG = True
ROOT_URLCONF = "urls"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "mozilla_django_oidc"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}

AUTHENTICATION_BACKENDS = ["mozilla_django_oidc.auth.OIDCAuthenticationBackend"]
LOGIN_REDIRECT_URL = "/"

issuer = os.environ["ISSUER"]
OIDC_RP_CLIENT_ID = os.environ["CLIENT_ID"]
OIDC_RP_CLIENT_SECRET = os.environ["CLIENT_SECRET"]
OIDC_RP_SCOPES = "openid profile email"
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_USE_PKCE = True
OIDC_CALLBACK_CLASS = "callback.CallbackView"
OIDC_OP_AUTHORIZATION_ENDPOINT = issuer + "/authorize"
OIDC_OP_TOKEN_ENDPOINT = issuer + "/token"
OIDC_OP_USER_ENDPOINT = issuer + "/userinfo"
OIDC_OP_JWKS_ENDPOINT = issuer + "/jwks"
