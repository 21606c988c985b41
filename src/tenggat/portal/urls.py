"""The addresses of the participant's pages, in Indonesian as the readers are."""

from django.urls import include, path
from django.views.i18n import set_language

from tenggat.portal import help_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("tenggat.portal.account_urls")),
    path("bahasa", set_language, name="set_language"),
    path("bantuan", help_views.search, name="help"),
    path("bantuan/<slug:slug>", help_views.question, name="question"),
    path("bantuan/<slug:slug>/membantu", help_views.say, name="question-say"),
    path("kontak", views.contact, name="contact"),
    path("istilah", views.glossary, name="glossary"),
    path("robots.txt", views.robots, name="robots"),
]
