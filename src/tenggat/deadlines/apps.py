from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    name = "tenggat.deadlines"
    label = "deadlines"
