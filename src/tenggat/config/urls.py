"""What can be called."""

from django.urls import path

from tenggat.webhooks import views

urlpatterns = [path("receipts/<slug:route>", views.of_route)]
