from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "tenggat.partners"
    label = "partners"
