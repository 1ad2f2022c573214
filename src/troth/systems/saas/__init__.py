"""Vendors: one folder each, named as the systems file names the connector.

`connector.py` is the connector, `contract.yaml` the vendor's published terms as far as it calls them, `double.py` a
stateful double that keeps those terms.
"""
