"""The addresses of signing in and of one's own account."""

from django.urls import path

from tenggat.portal import mine, my_page, recovering, signing_in

urlpatterns = [
    path("masuk", signing_in.sign_in, name="sign-in"),
    path("masuk/kode", signing_in.enter_code, name="code"),
    path("masuk/siapa", signing_in.who, name="who"),
    path("keluar", signing_in.sign_out, name="sign-out"),
    path("pulihkan", recovering.recover, name="recover"),
    path("pulihkan/cara", recovering.ways, name="ways"),
    path("saya", my_page.me, name="me"),
    path("saya/alasan", my_page.reason, name="reason"),
    path("saya/alasan/bantuan", my_page.remedy, name="remedy"),
    path("saya/mundur", my_page.leave, name="leave"),
    path("alasan/<uuid:link>", my_page.by_link, name="reason-link"),
    path("saya/akun", mine.me, name="account"),
    path("saya/perangkat", mine.devices, name="devices"),
    path("saya/kontak", mine.contacts, name="contacts"),
    path("saya/kontak/kode", mine.contact_code, name="contact-code"),
]
