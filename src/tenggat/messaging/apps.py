from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "tenggat.messaging"
    label = "messaging"
