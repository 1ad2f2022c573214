"""What can execute or watch a promise: the names a clause may use in `executed_by` and `checked_by`.

A name is listed only when the thing exists and is tested; what is not built is `not yet` in the register.
"""

EXECUTORS: dict[str, str] = {
    "notice": "the published notice, rendered from the policy version",
    "form": "the hosted form of a touchpoint: declared items, marketing separate and unticked, consequences shown",
    "intake": "the intake API: refuses what is not declared",
    "gate": "`permits`: the one decision every collection, delivery and suppression asks",
    "vault": "values encrypted under a key per person, keys kept apart from the database",
    "consent-ledger": "the append-only ledger of consent events",
    "delivery": "deliveries to declared recipients only, each in the person's disclosure log",
    "staff-task": "a visible task for staff where no connector exists",
    "withdrawal": "withdrawal of consent, passed on to every recipient that was told",
    "access-request": "the access request: found everywhere, answered as a package",
    "erasure-request": "the erasure request: erased everywhere, absence proven",
    "account-deletion": "account deletion that leaves public posts up without an author",
    "identity-gate": "proof of identity by mail link before anything about a person is shown or changed",
    "sweep": "the retention sweep of logs and recordings",
    "review": "the list of records due for review",
    "change-plan": "publishing by a plan: those concerned are told before the day, old data keeps what it was promised",
    "verification": "the promise checks, run on demand and on schedule",
    "evidence-log": "the Merkle log of every act",
}

CHECKS: dict[str, str] = {
    "logs-in-period": "the oldest line of each log class and recording is within its period",
    "columns-declared": "the product database has no personal column that is not declared",
    "marketing-consented": "nobody is marketed to whose marketing purpose does not hold",
    "recipients-covered": "every recipient's country has a transfer mechanism in force",
    "requests-on-time": "no request is past its target or its legal day",
    "erased-absent": "people who were erased are found nowhere",
    "notice-current": "the published notice says what the policy version in force says",
    "evidence-intact": "the evidence log re-hashes to its signed checkpoints",
    "deliveries-declared": "every delivery went to a recipient its row declares, with only the items it needs",
    "changes-told": "everybody whom a change of policy concerns was told before its day",
    "reviews-current": "nothing kept until unneeded is past its review day",
}
