"""The addresses of signing in and of one's own account."""

from django.urls import path

from tenggat.portal import mine, recovering, signing_in

urlpatterns = [
    path("masuk", signing_in.sign_in, name="sign-in"),
    path("masuk/kode", signing_in.enter_code, name="code"),
    path("masuk/siapa", signing_in.who, name="who"),
    path("keluar", signing_in.sign_out, name="sign-out"),
    path("pulihkan", recovering.recover, name="recover"),
    path("pulihkan/cara", recovering.ways, name="ways"),
    path("saya", mine.me, name="me"),
    path("saya/perangkat", mine.devices, name="devices"),
    path("saya/kontak", mine.contacts, name="contacts"),
    path("saya/kontak/kode", mine.contact_code, name="contact-code"),
]
