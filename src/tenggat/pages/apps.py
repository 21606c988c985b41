from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "tenggat.pages"
    label = "pages"
