"""The words of the policy language, as frozen values."""

from troth.policy.model.actors import Authority, Controller, GroupCompany, Mechanism, Recipient, Site
from troth.policy.model.base import Basis, Channel
from troth.policy.model.data import BalancingTest, Cookie, Item, Purpose, RetentionRule, SecondaryPurpose
from troth.policy.model.policy import Policy
from troth.policy.model.promises import AcceptedGap, Assumption, Clause, Never, Right
from troth.policy.model.regimes import California, Dpf
from troth.policy.model.touchpoints import Row, RowItem, RowPurpose, RowRecipient, RowRetention, Touchpoint
from troth.policy.model.translations import Translation

__all__ = [
    "AcceptedGap",
    "Assumption",
    "Authority",
    "BalancingTest",
    "Basis",
    "California",
    "Channel",
    "Clause",
    "Controller",
    "Cookie",
    "Dpf",
    "GroupCompany",
    "Item",
    "Mechanism",
    "Never",
    "Policy",
    "Purpose",
    "Recipient",
    "RetentionRule",
    "Right",
    "Row",
    "RowItem",
    "RowPurpose",
    "RowRecipient",
    "RowRetention",
    "SecondaryPurpose",
    "Site",
    "Touchpoint",
    "Translation",
]
