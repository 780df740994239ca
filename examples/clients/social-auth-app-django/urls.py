from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.urls import include, path

sign_in = """
<form method="post" action="/login/oidc/">
  <input type="hidden" name="csrfmiddlewaretoken" value="%s">
  <button>Sign in</button>
</form>
"""


def home(request):
    return HttpResponse(request.user.email if request.user.is_authenticated else sign_in % get_token(request))


urlpatterns = [
    path("", home),
    path("", include("social_django.urls")),
]
