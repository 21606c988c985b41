from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "tenggat.foundation"
    label = "foundation"
