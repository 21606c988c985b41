from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "tenggat.journal"
    label = "journal"
