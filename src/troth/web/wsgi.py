"""What granian serves."""

from django.core.wsgi import get_wsgi_application

from troth import ground

ground.setup()
application = get_wsgi_application()
