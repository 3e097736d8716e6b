from django.urls import path

from maisons import views

app_name = "maisons"

urlpatterns = [
    path("communes/", views.communes, name="communes"),
    path("maisons.geojson", views.reperes, name="reperes"),
    path("contours/<slug:nom>.geojson", views.contours, name="contours"),
]
