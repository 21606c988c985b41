"""What can be called: by people (the portal), and by gateways (receipts)."""

from django.urls import include, path

from tenggat.webhooks import views

urlpatterns = [
    path("receipts/<slug:route>", views.of_route),
    path("", include("tenggat.portal.urls")),
]
handler400 = "tenggat.portal.errors.unreadable"
handler403 = "tenggat.portal.errors.refused"
handler404 = "tenggat.portal.errors.not_found"
handler500 = "tenggat.portal.errors.failed"
