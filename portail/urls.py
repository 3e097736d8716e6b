from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("equipe/", admin.site.urls),
]
