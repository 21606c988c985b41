from django.apps import AppConfig


class ReasonsConfig(AppConfig):
    name = "tenggat.reasons"
    label = "reasons"
