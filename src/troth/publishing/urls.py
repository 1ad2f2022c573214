from django.urls import path

from troth.publishing import views

app_name = "publishing"
urlpatterns = [path("privacy/choices/<str:token>/again/", views.again, name="again")]
