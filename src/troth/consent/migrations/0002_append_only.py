"""The ledger only grows. A person's erasure (which says so for its transaction) may take their events with it."""

from django.db import migrations

REFUSE = """
create function consent_event_refuse() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and current_setting('troth.erasing', true) = 'on' then
        return old;
    end if;
    raise exception 'the consent ledger is append-only: record a new event' using errcode = 'restrict_violation';
end $$;
create trigger consent_event_append_only before update or delete on consent_event
    for each row execute function consent_event_refuse();
"""
ALLOW = """
drop trigger consent_event_append_only on consent_event;
drop function consent_event_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
