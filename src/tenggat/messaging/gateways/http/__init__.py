"""SMS over HTTP: one adapter, and the provider is described by configuration."""

from tenggat.messaging.gateways.http.gateway import HttpGateway
from tenggat.messaging.gateways.http.receipts import ReceiptSettings, receipts
from tenggat.messaging.gateways.http.settings import Settings

__all__ = ["HttpGateway", "ReceiptSettings", "Settings", "receipts"]
