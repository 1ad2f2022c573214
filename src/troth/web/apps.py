from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "troth.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from troth.web import staff

        staff.listen()
