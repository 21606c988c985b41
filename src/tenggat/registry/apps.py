from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "tenggat.registry"
    label = "registry"
