"""The file of gateways: what it says, and every mistake of it at once, without a secret in any sentence."""

from pathlib import Path

import pytest

from tenggat.messaging.gateways import Outcome
from tenggat.messaging.gateways.http import ReceiptSettings
from tenggat.messaging.gateways.whatsapp import WebhookSettings
from tenggat.messaging.handing import Route
from tenggat.messaging.routing import RoutesUnusable, routes_of

SMSC = """
[[route]]
name = "telkomsel"
kind = "smpp"
prefixes = ["+62811", "+62812"]
rate = 200
per_day = 1_000_000

[route.settings]
host = "127.0.0.1"
port = 2775
system_id = "tenggat"
password = { env = "SMSC_PASSWORD" }
source = "PRAKERJA"
statuses = { 1025 = "busy" }
"""


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMSC_PASSWORD", "hush")


def routes(home: Path, text: str, *, sandbox: bool = True) -> list[Route]:
    (home / "gateways.toml").write_text(text, "utf-8")
    return routes_of(home, outbox=home / "outbox" / "messages.jsonl", sandbox=sandbox)


def mistakes(home: Path, text: str, *, sandbox: bool = True) -> str:
    with pytest.raises(RoutesUnusable) as refused:
        routes(home, text, sandbox=sandbox)
    assert "hush" not in refused.value.message
    return refused.value.message


def test_without_the_file_everything_goes_into_a_file(tmp_path: Path) -> None:
    (route,) = routes_of(tmp_path, outbox=tmp_path / "messages.jsonl", sandbox=False)
    assert (route.name, route.prefixes, route.channels) == ("file", None, ("sms", "email", "whatsapp"))


def test_a_route_has_its_pace_its_numbers_and_its_settings(tmp_path: Path) -> None:
    (route,) = routes(tmp_path, SMSC)
    assert (route.name, route.channels, route.prefixes) == ("telkomsel", ("sms",), ("+62811", "+62812"))
    assert (route.limits.rate, route.limits.per_day) == (200, 1_000_000)
    settings = route.gateway.settings  # type: ignore[attr-defined]
    assert (settings.password, dict(settings.statuses)) == ("hush", {1025: Outcome.BUSY})


def test_a_secret_may_lie_in_a_file_of_the_home(tmp_path: Path) -> None:
    (tmp_path / "smsc").write_text("hush\n")
    (route,) = routes(tmp_path, SMSC.replace('{ env = "SMSC_PASSWORD" }', '{ file = "smsc" }'))
    assert route.gateway.settings.password == "hush"  # type: ignore[attr-defined]


def test_test_numbers_go_into_a_file_whatever_else_names_them(tmp_path: Path) -> None:
    found = routes(tmp_path, SMSC + '[test]\nnumbers = ["+62811000001"]\n')
    assert [(route.name, route.gateway.kind) for route in found] == [("telkomsel", "smpp"), ("test", "file")]
    assert found[1].prefixes == ("+62811000001",)


@pytest.mark.parametrize(
    ("kind", "settings", "channels"),
    [
        ("http", 'url = "http://127.0.0.1:1/send"\nfields = { to = "{to}", text = "{text}" }', ("sms",)),
        (
            "whatsapp",
            'token = "t"\nphone_number_id = "12345"\ntemplate = "a"\nendpoint = "http://[::1]:1"',
            ("whatsapp",),
        ),
        (
            "mail",
            (
                'sender = "kabar@contoh.id"\ndomain = "contoh.id"\n'
                'options = { host = "localhost", password = { env = "SMSC_PASSWORD" } }'
            ),
            ("email",),
        ),
    ],
)
def test_every_kind_of_gateway_can_be_named(
    tmp_path: Path, kind: str, settings: str, channels: tuple[str, ...]
) -> None:
    text = f'[[route]]\nname = "a"\nkind = "{kind}"\n[route.settings]\n{settings}\n'
    (route,) = routes(tmp_path, text)
    assert (route.gateway.kind, route.channels) == (kind, channels)


HTTP = """
[[route]]
name = "agregator"
kind = "http"

[route.settings]
url = "http://127.0.0.1:1/send"
fields = { to = "{to}", text = "{text}" }

[route.receipts]
secrets = [{ env = "SMSC_PASSWORD" }, "lama"]
signature_header = "X-Signature"
timestamp_header = "X-Timestamp"
id_at = "id"
"""
META = """
[[route]]
name = "wa"
kind = "whatsapp"

[route.settings]
token = "t"
phone_number_id = "12345"
template = "a"
endpoint = "http://[::1]:1"

[route.receipts]
app_secrets = { env = "SMSC_PASSWORD" }
verify_token = { file = "word" }
"""


def test_a_route_knows_what_proves_and_reads_its_receipts(tmp_path: Path) -> None:
    (tmp_path / "word").write_text("kata\n")
    (by_http, by_whatsapp) = routes(tmp_path, HTTP + META)
    assert isinstance(by_http.receipts, ReceiptSettings)
    assert (by_http.receipts.secrets, by_http.receipts.id_at) == (("hush", "lama"), "id")
    assert by_whatsapp.receipts == WebhookSettings(app_secrets=("hush",), verify_token="kata")
    assert routes(tmp_path, SMSC)[0].receipts is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id_at = "id"', 'id_in = "id"', "agregator: receipts.id_in is not known"),
        ('timestamp_header = "X-Timestamp"', "", "agregator: receipts.timestamp_header is missing"),
        ('id_at = "id"', 'reference_at = "ref"', "agregator: id_at must say"),
        ('[{ env = "SMSC_PASSWORD" }, "lama"]', "[]", "agregator: A webhook needs a secret"),
        ('"lama"]', "7]", "agregator: receipts.secrets.2: a text is needed"),
        ('{ env = "SMSC_PASSWORD" }, ', '{ env = "NO_SUCH_NAME" }, ', "the environment has no NO_SUCH_NAME"),
        ('kind = "http"', 'kind = "file"', "no gateway of this kind calls us"),
    ],
)
def test_a_mistake_in_what_proves_receipts_is_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in HTTP
    assert said in mistakes(tmp_path, HTTP.replace(old, new, 1))


@pytest.mark.parametrize("field", ["{text:d}", "{text!z}", "{text:{to}}", "{text.__class__}", "{0}", "{"])
def test_a_template_that_would_fail_at_each_message_is_told_before(tmp_path: Path, field: str) -> None:
    assert "A template may use" in mistakes(tmp_path, HTTP.replace('text = "{text}"', f'text = "{field}"'))


def test_a_field_cannot_hold_a_text_and_others(tmp_path: Path) -> None:
    both = HTTP.replace('text = "{text}" }', 'text = "{text}", "text.body" = "{text}" }\nbody = "json"')
    assert "cannot both stand in one JSON body" in mistakes(tmp_path, both)


def test_an_smsc_calls_nobody(tmp_path: Path) -> None:
    assert "no gateway of this kind calls us" in mistakes(tmp_path, SMSC + '[route.receipts]\nsecrets = ["a"]\n')


def test_a_sandbox_calls_no_machine_but_its_own(tmp_path: Path) -> None:
    outside = SMSC.replace("127.0.0.1", "smsc.example.net")
    assert "a sandbox sends to this machine only" in mistakes(tmp_path, outside)
    assert routes(tmp_path, outside, sandbox=False)
    meta = (
        '[[route]]\nname = "wa"\nkind = "whatsapp"\n[route.settings]\ntoken = "t"\nphone_number_id = "12345"\n'
        'template = "a"\n'
    )
    assert "a sandbox sends to this machine only" in mistakes(tmp_path, meta)
    provider = (
        '[[route]]\nname = "m"\nkind = "mail"\n[route.settings]\nsender = "kabar@contoh.id"\ndomain = "contoh.id"\n'
        'backend = "anymail.backends.mailgun.EmailBackend"\n'
    )
    assert "a sandbox sends to this machine only" in mistakes(tmp_path, provider)
    assert "a sandbox sends to this machine only" in mistakes(tmp_path, provider + 'options = { host = "127.0.0.1" }\n')


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "telkomsel"', 'name = "Telkomsel 1"', "route 1: name must be small letters"),
        ('kind = "smpp"', 'kind = "pigeon"', "telkomsel: kind must be one of file, http, mail, smpp, whatsapp"),
        ("rate = 200", "rate = 0", "telkomsel: rate must be a number of at least 0.01"),
        ("rate = 200", "rate = true", "telkomsel: rate must be a number"),
        ("rate = 200", "rate = nan", "telkomsel: rate must be a number"),
        ("rate = 200", "burst = inf", "telkomsel: burst must be a number"),
        ("rate = 200", f"batch = 1{'0' * 30}", "telkomsel: batch must be a number"),
        ("rate = 200", "channels = 5", "telkomsel: this kind carries sms"),
        ("rate = 200", 'channels = [["sms"]]', "telkomsel: this kind carries sms"),
        ("port = 2775", "port = 2775\npause = nan", "telkomsel: settings.pause: a number is needed"),
        ("port = 2775", f"port = 2775\npause = 1{'0' * 400}", "telkomsel: settings.pause: a number is needed"),
        ('{ env = "SMSC_PASSWORD" }', '{ file = "a\\u0000b" }', "cannot be read"),
        ("[[route]]", f"x = {'[' * 3000}{']' * 3000}\n[[route]]", "nested too deeply"),
        ("[[route]]", "test = 5\n[[route]]", "test: must be a table"),
        ("rate = 200", "speed = 200", "telkomsel: speed is not known"),
        ('["+62811", "+62812"]', '["0811"]', "telkomsel: numbers are written with +"),
        ('host = "127.0.0.1"', "", "telkomsel: settings.host is missing"),
        ("port = 2775", 'port = "2775"', "telkomsel: settings.port: a whole number is needed"),
        ("port = 2775", "port = 2775\nprot = 1", "telkomsel: settings.prot is not known"),
        ("SMSC_PASSWORD", "NO_SUCH_NAME", "the environment has no NO_SUCH_NAME"),
        ('{ env = "SMSC_PASSWORD" }', '{ file = "nowhere" }', "the file nowhere cannot be read"),
        ('1025 = "busy"', '1025 = "bsy"', 'is written like { 88 = "busy" }'),
        ('system_id = "tenggat"', 'system_id = "x234567890123456"', "system_id is more than the 15"),
        ("[[route]]", "[[routes]]", "routes: is not known here"),
        ("[[route]]", "[[route]", "cannot be read"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in SMSC
    assert said in mistakes(tmp_path, SMSC.replace(old, new, 1))


def test_mistakes_are_told_all_at_once_and_names_are_given_once(tmp_path: Path) -> None:
    told = mistakes(tmp_path, SMSC.replace("rate = 200", "rate = 0").replace("port = 2775", "port = []"))
    assert "rate" in told
    assert "port" in told
    assert "two routes have this name" in mistakes(tmp_path, SMSC + SMSC)


def test_the_file_to_start_from_is_a_good_one(tmp_path: Path) -> None:
    page = (Path(__file__).parents[4] / "docs" / "gateways.md").read_text("utf-8")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "smtp").write_text("hush")
    found = routes(tmp_path, page.split("```toml\n")[1].split("```")[0], sandbox=False)
    assert [(route.name, route.gateway.kind) for route in found] == [
        ("telkomsel", "smpp"),
        ("mail", "mail"),
        ("test", "file"),
    ]
