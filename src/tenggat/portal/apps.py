from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "tenggat.portal"
    label = "portal"
