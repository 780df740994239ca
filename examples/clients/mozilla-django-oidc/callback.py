from django.http import HttpResponse
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView


class CallbackView(OIDCAuthenticationCallbackView):
    """Says why nobody was signed in."""

    def login_failure(self):
        reason = self.request.GET.get("error_description", "The sign-in failed.")
        return HttpResponse(reason, status=401, content_type="text/plain")
