"""E-mail over Django's mail backends: SMTP, or a provider through django-anymail."""

from tenggat.messaging.gateways.mail.gateway import MailGateway
from tenggat.messaging.gateways.mail.settings import SMTP, Settings

__all__ = ["SMTP", "MailGateway", "Settings"]
