"""Makes the provider's database: one person, one client (the portal), whose callback addresses come as arguments."""

import sys

import django

django.setup()

from allauth.idp.oidc.models import Client  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.core.management import call_command  # noqa: E402

call_command("migrate", verbosity=0)
get_user_model().objects.create_user("camille", "camille@exemple.fr", "secret")
Client.objects.create(
    id="portail",
    name="Portail",
    secret=make_password("secret-du-portail"),
    scopes="openid\nprofile\nemail",
    redirect_uris="\n".join(sys.argv[1:]),
    skip_consent=True,
)
