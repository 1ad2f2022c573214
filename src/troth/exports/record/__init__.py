"""The record of processing activities (GDPR Art. 30), from a policy."""

from troth.exports.record.build import record
from troth.exports.record.columns import ColumnSet, table
from troth.exports.record.values import Form, Record
from troth.exports.record.workbook import as_xlsx
from troth.exports.record.written import as_csv, as_data, as_json

__all__ = ["ColumnSet", "Form", "Record", "as_csv", "as_data", "as_json", "as_xlsx", "record", "table"]
