"""A published version never changes: the database itself refuses."""

from django.db import migrations

REFUSE = """
create function versions_version_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'a published policy version cannot be changed or deleted: publish a new one'
        using errcode = 'restrict_violation';
end $$;
create trigger versions_version_immutable before update or delete on versions_version
    for each row execute function versions_version_refuse();
"""
ALLOW = """
drop trigger versions_version_immutable on versions_version;
drop function versions_version_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("versions", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
