"""What the double of Salesforce knows: kinds, their fields, what is deleted with what, and who may sign in."""

import jwt

CLIENT = ("sandbox", "sandbox-secret")
PREFIX = {
    "Lead": "00Q", "Contact": "003", "Case": "500", "Task": "00T", "Event": "00U", "CampaignMember": "00v",
    "EmailMessage": "02s", "Individual": "0PK", "Job": "750", "Cursor": "01g",
}  # fmt: skip
ROW = ("Id", "IsDeleted", "CreatedDate", "LastModifiedDate")
PERSON = (*ROW, "Email", "FirstName", "LastName", "Title", "Phone", "Description", "HasOptedOutOfEmail",
          "MasterRecordId", "IndividualId")  # fmt: skip
FIELDS = {
    "Lead": (*PERSON, "Company", "Street", "City", "State", "Country", "IsConverted", "ConvertedContactId"),
    "Contact": (*PERSON, "MailingStreet", "MailingCity", "MailingState", "MailingCountry"),
    "Case": (*ROW, "ContactId", "SuppliedEmail", "SuppliedName", "SuppliedPhone", "SuppliedCompany", "Subject",
             "Description"),
    "Task": (*ROW, "WhoId", "Subject", "Description"),
    "Event": (*ROW, "WhoId", "Subject", "Description"),
    "CampaignMember": (*ROW, "LeadId", "ContactId", "CampaignId", "Status"),
    "EmailMessage": (*ROW, "ParentId", "FromAddress", "FromName", "ToAddress", "Subject", "TextBody"),
    "Individual": (*ROW, "FirstName", "LastName", "HasOptedOutSolicit", "HasOptedOutProcessing",
                   "HasOptedOutProfiling", "HasOptedOutTracking"),
}  # fmt: skip
GO_ALONG = {"Lead": ("WhoId", "LeadId"), "Contact": ("WhoId", "ContactId"), "Case": ("ParentId",)}
"""Kind → fields of other kinds by which a row is deleted with it. A case is not: it holds its contact back."""
NEEDED = {"Lead": ("LastName", "Company"), "Contact": ("LastName",)}
SEEDED = ("page_size", "hard_delete", "individuals", "certificate")
ORG = {"Id": "00D000000000001", "Name": "Sandbox Inc", "IsSandbox": True}


def vouched(assertion: str, certificate: str | None) -> bool:
    """Whether the signed statement of the JWT flow is good: key, who asks, for whom, until when."""
    if certificate is None:
        return False
    try:
        told = jwt.decode(assertion, certificate, algorithms=["RS256"], audience="https://login.salesforce.com")
    except jwt.PyJWTError:
        return False
    return bool(told.get("iss") == CLIENT[0] and told.get("sub") and "exp" in told)
