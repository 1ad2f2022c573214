"""The deployment under attack: Troth's own settings, tasks and a system whose effects can be counted."""

from troth.web.settings import *  # noqa: F403

PROCRASTINATE_IMPORT_PATHS = ["chaos_effects", "chaos_systems"]
