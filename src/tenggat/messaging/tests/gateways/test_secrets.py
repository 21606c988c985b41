"""Settings are shown in error reports; what they keep secret is not."""

import pytest

from tenggat.messaging.gateways import http, mail, smpp, whatsapp

SECRET = "rahasia"


@pytest.mark.parametrize(
    "settings",
    [
        smpp.Settings(host="h", port=1, system_id="a", password=SECRET, source="s"),
        http.Settings(url="https://h/", fields={"key": SECRET}, headers={"key": SECRET}, password=SECRET),
        http.ReceiptSettings(secrets=(SECRET,), signature_header="s", timestamp_header="t"),
        whatsapp.Settings(token=SECRET, phone_number_id="1", template="t"),
        whatsapp.WebhookSettings(app_secrets=(SECRET,), verify_token=SECRET),
        mail.Settings(sender="a@b.id", domain="b.id", options={"password": SECRET}),
    ],
)
def test_a_secret_is_not_shown(settings: object) -> None:
    assert SECRET not in repr(settings)
