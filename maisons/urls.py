from django.urls import path

from maisons import views

app_name = "maisons"

urlpatterns = [
    path("communes/", views.communes, name="communes"),
    path("maisons.geojson", views.reperes, name="reperes"),
    path("invitation/<str:jeton>/", views.invitation, name="invitation"),
    path("contours/<slug:nom>.geojson", views.contours, name="contours"),
]
