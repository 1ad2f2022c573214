"""The room's one door for acts: queue and send deliveries, pass withdrawals on, hand out choice links."""

from troth.sharing.services.change import Lapsed, lapse, withhold
from troth.sharing.services.choices import choice_link, choice_links, enough_links, mail_choice_link, person_of_link
from troth.sharing.services.close import close
from troth.sharing.services.deliver import deliver
from troth.sharing.services.follow import follow, handed_over_by_hand
from troth.sharing.services.queue import queue
from troth.sharing.services.suppress import continue_suppression, suppress
from troth.sharing.services.withdraw import withdraw

__all__ = [
    "Lapsed",
    "choice_link",
    "choice_links",
    "close",
    "continue_suppression",
    "deliver",
    "enough_links",
    "follow",
    "handed_over_by_hand",
    "lapse",
    "mail_choice_link",
    "person_of_link",
    "queue",
    "suppress",
    "withdraw",
    "withhold",
]
