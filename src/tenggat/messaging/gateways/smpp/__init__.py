"""SMS over SMPP 3.4, as an operator's SMSC or an aggregator speaks it."""

from tenggat.messaging.gateways.smpp.gateway import SmppGateway
from tenggat.messaging.gateways.smpp.settings import Settings

__all__ = ["Settings", "SmppGateway"]
