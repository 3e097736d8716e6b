from django.urls import include, path

from tests.oidc.idp.adapter import userinfo_signe

urlpatterns = [
    path("userinfo", userinfo_signe),
    path("compte/", include("allauth.account.urls")),
    path("", include("allauth.idp.urls")),
]
