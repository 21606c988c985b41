"""WhatsApp by Meta's Cloud API."""

from tenggat.messaging.gateways.whatsapp.gateway import WhatsAppGateway
from tenggat.messaging.gateways.whatsapp.settings import Settings, WebhookSettings
from tenggat.messaging.gateways.whatsapp.webhook import challenge, receipts

__all__ = ["Settings", "WebhookSettings", "WhatsAppGateway", "challenge", "receipts"]
