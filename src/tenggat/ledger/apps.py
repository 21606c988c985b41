from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "tenggat.ledger"
    label = "ledger"
