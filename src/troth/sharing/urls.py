from django.urls import path

from troth.sharing import views

app_name = "sharing"
urlpatterns = [path("privacy/choices/<str:token>/", views.choices, name="choices")]
