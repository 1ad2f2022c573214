"""The published notice: one document made from a policy, and its forms. Pure."""
