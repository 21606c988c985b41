"""The addresses of the participant's pages, in Indonesian as the readers are."""

from django.urls import include, path
from django.views.i18n import set_language

from tenggat.portal import views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("tenggat.portal.account_urls")),
    path("bahasa", set_language, name="set_language"),
    path("robots.txt", views.robots, name="robots"),
]
