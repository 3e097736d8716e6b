from django.urls import path

from portail.compagnon import calendrier

app_name = "compagnon"
urlpatterns = [
    path("calendrier/", calendrier.calendrier, name="calendrier"),
    path("calendrier/reperes/<slug:code>/", calendrier.repere, name="repere"),
]
