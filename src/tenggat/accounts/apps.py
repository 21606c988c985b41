from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "tenggat.accounts"
    label = "accounts"
