"""Addresses of the messages room."""

from django.urls import path

from troth.messages import views

urlpatterns = [path("mailbox/", views.mailbox, name="mailbox")]
