from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "troth.messages"
    label = "mail"  # django.contrib has a `messages` already
    default_auto_field = "django.db.models.BigAutoField"
