from django.urls import path

from maisons import views, views_suivis

app_name = "maisons"

urlpatterns = [
    path("communes/", views.communes, name="communes"),
    path("maisons.geojson", views.reperes, name="reperes"),
    path("invitation/<str:jeton>/", views.invitation, name="invitation"),
    path("suivre/<slug:code_insee>/", views_suivis.suivre, name="suivre"),
    # Short: it goes in text messages.
    path("s/<str:jeton>/", views_suivis.suivi, name="suivi"),
    path("contours/<slug:nom>.geojson", views.contours, name="contours"),
]
