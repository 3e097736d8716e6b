"""The portal's addresses and the yardstick's."""

from django.urls import path
from django.views.generic import TemplateView

from portail.urls import urlpatterns as portail

urlpatterns = [
    path("bench/vide/", TemplateView.as_view(template_name="bench/vide.html")),
    *portail,
]
