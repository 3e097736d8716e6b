from django.urls import path

from socle.oidc import views

urlpatterns = [
    path("oidc/<slug:provider_id>/", views.connexion, name="identite_publique_login"),
    path("oidc/<slug:provider_id>/retour/", views.retour, name="identite_publique_callback"),
]
