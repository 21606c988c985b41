from django.apps import AppConfig


class HelpConfig(AppConfig):
    name = "tenggat.help"
    label = "help"
