from django.urls import path

from troth.sharing import views

app_name = "sharing"
urlpatterns = [
    path("privacy/choices/", views.ask, name="ask"),
    path("privacy/choices/<str:token>/", views.choices, name="choices"),
]
