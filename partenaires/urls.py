from django.urls import path

from partenaires import views

app_name = "partenaires"

urlpatterns = [
    path("p/<str:jeton>/", views.fiche, name="fiche"),
]
