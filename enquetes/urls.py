from django.urls import path

from enquetes.views import publics, repondre

app_name = "enquetes"

urlpatterns = [
    path("enquetes/", publics.enquetes, name="enquetes"),
    path("enquetes/reprendre/", repondre.reprendre, name="reprendre"),
    path("enquetes/<slug:slug>/", publics.campagne, name="campagne"),
    # Short, for posters and SMS.
    path("e/<slug:code>/", repondre.debut, name="debut"),
    path("e/<slug:code>/merci/", repondre.merci, name="merci"),
    path("e/<slug:code>/i/<str:jeton>/", repondre.debut, name="invitation"),
    path("q/<str:cle>/", repondre.suite, name="suite"),
    path("q/<str:cle>/relire/", repondre.relire, name="relire"),
    path("q/<str:cle>/plus-tard/", repondre.plus_tard, name="plus_tard"),
    path("q/<str:cle>/laisser/", repondre.laisser, name="laisser"),
    path("q/<str:cle>/<slug:question>/", repondre.question, name="question"),
]
