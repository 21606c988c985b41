from django.apps import AppConfig


class WavesConfig(AppConfig):
    name = "tenggat.waves"
    label = "waves"
