from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "tenggat.training"
    label = "training"
