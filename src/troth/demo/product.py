"""The demo's product database: a small Torque with synthetic people, filled by the database itself in one go."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import psycopg

from troth import ground

_PEOPLE = UUID("6f1d1c0e-7d0b-5a58-9d43-0f2d6c1b7a10")  # account ids follow from e-mails: the same run after run

_SCHEMA = """
drop table if exists post_comments, community_posts, usage_events, sessions, accounts, blueprints cascade;
create table accounts (
    id uuid primary key,
    email text not null,
    full_name text not null,
    phone text,
    job_title text,
    company text,
    country char(2),
    role text not null default 'member',
    created_at timestamptz not null,
    last_login_at timestamptz
);
create table sessions (
    id bigint generated always as identity primary key,
    account_id uuid not null references accounts (id) on delete cascade,
    ip inet not null,
    user_agent text not null,
    started_at timestamptz not null,
    ended_at timestamptz
);
create table usage_events (
    id bigint generated always as identity primary key,
    account_id uuid not null references accounts (id),
    name text not null,
    at timestamptz not null
);
create table community_posts (
    id bigint generated always as identity primary key,
    author_id uuid references accounts (id),
    title text not null,
    body text not null,
    posted_at timestamptz not null
);
create table post_comments (
    id bigint generated always as identity primary key,
    post_id bigint not null references community_posts (id) on delete cascade,
    author_id uuid references accounts (id),
    body text not null,
    commented_at timestamptz not null
);
create table blueprints (name text primary key, description text not null);
"""

_FILL = """
create temporary table numbered on commit drop as
select n, gen_random_uuid() as id, %(now)s::timestamptz - (n %% 700 + 30) * interval '1 day' as born
from generate_series(1, %(people)s) n;

insert into accounts
select id, 'person' || n || '@example.net', 'Person Number ' || n, '+1555' || lpad(n::text, 7, '0'),
       (array['Developer', 'Architect', 'Operator', 'Manager'])[n %% 4 + 1], 'Synthetic Company ' || n %% 400,
       (array['DE', 'US', 'IL', 'FR', 'GB', 'NL'])[n %% 6 + 1], (array['member', 'author', 'admin'])[n %% 3 + 1],
       born, born + (n %% 29) * interval '1 day'
from numbered;

insert into sessions (account_id, ip, user_agent, started_at, ended_at)
select id, ('192.0.2.' || (n * 7 + k) %% 254 + 1)::inet, 'SyntheticBrowser/1.0', born + k * interval '9 days',
       born + k * interval '9 days' + interval '40 minutes'
from numbered, generate_series(0, 2) k;

insert into usage_events (account_id, name, at)
select id, (array['blueprint opened', 'environment launched', 'environment ended', 'report viewed'])[(n + k) %% 4 + 1],
       born + k * interval '2 days'
from numbered, generate_series(0, 9) k;

insert into community_posts (author_id, title, body, posted_at)
select id, 'Synthetic question ' || n, 'How do others launch environment ' || n || '?', born + interval '5 days'
from numbered where n %% 10 = 0;

insert into post_comments (post_id, author_id, body, commented_at)
select p.id, w.id, 'Synthetic answer to question ' || p.id, p.posted_at + interval '1 day'
from community_posts p join numbered w on w.n = p.id * 3 %% %(people)s + 1;

insert into blueprints
select 'blueprint-' || k, 'A synthetic environment template' from generate_series(1, 20) k;
"""

_INDEXES = """
create unique index accounts_email on accounts (lower(email));
create index sessions_account on sessions (account_id);
create index usage_events_account on usage_events (account_id);
create index usage_events_at on usage_events (at);
create index community_posts_author on community_posts (author_id);
create index post_comments_author on post_comments (author_id);
create index post_comments_post on post_comments (post_id);
analyze accounts; analyze sessions; analyze usage_events; analyze community_posts; analyze post_comments;
"""

_ADD = """
with fresh as (
    insert into accounts (id, email, full_name, company, country, created_at, last_login_at)
    values (%(id)s, %(email)s, %(name)s, %(company)s, %(country)s, %(now)s::timestamptz - interval '90 days', %(now)s)
    returning id, created_at
), signed_in as (
    insert into sessions (account_id, ip, user_agent, started_at, ended_at)
    select id, '198.51.100.7', 'SyntheticBrowser/1.0', created_at + k * interval '20 days',
           created_at + k * interval '20 days' + interval '1 hour'
    from fresh, generate_series(0, 2) k
), used as (
    insert into usage_events (account_id, name, at)
    select id, 'environment launched', created_at + k * interval '5 days' from fresh, generate_series(0, 9) k
), posted as (
    insert into community_posts (author_id, title, body, posted_at)
    select id, 'Launching from a pipeline ' || k, 'Has anyone launched an environment from a pipeline?',
           created_at + k * interval '10 days'
    from fresh, generate_series(1, 2) k
    returning id, posted_at
)
insert into post_comments (post_id, author_id, body, commented_at)
select p.id, a.id, 'Yes, with the command line client.', p.posted_at + interval '1 day'
from posted p left join lateral (select id from accounts where id <> %(id)s order by created_at limit 1) a on true
"""


def create(url: str, people: int = 10_000, *, now: datetime | None = None) -> None:
    """Makes the tables anew in database `url` and fills them with `people` synthetic people (about 14 rows each)."""
    with psycopg.connect(url) as connection:
        connection.execute("set local synchronous_commit = off")
        connection.execute("set local client_min_messages = warning")
        connection.execute(_SCHEMA)
        for statement in _FILL.strip().split(";\n"):
            connection.execute(statement, {"people": people, "now": now or ground.clock()})
        connection.execute(_INDEXES)


def add_person(
    url: str,
    email: str,
    name: str,
    *,
    company: str = "Synthetic Company",
    country: str = "DE",
    now: datetime | None = None,
) -> UUID:
    """One known person with an account, 3 sessions, 10 events, 2 posts (each with another's comment): the account id.

    Adding an e-mail that is there already raises psycopg.errors.UniqueViolation.
    """
    now = now or ground.clock()
    identity = uuid5(_PEOPLE, f"{email.lower()} {now.isoformat()}")
    with psycopg.connect(url) as connection:
        connection.execute(
            _ADD,
            {"id": identity, "email": email, "name": name, "company": company, "country": country, "now": now},
        )
    return identity


def plant_column(url: str) -> str:
    """Adds a personal column that no file declares, filled; returns its `table.column`."""
    _run(url, "alter table accounts add column if not exists birth_date date default date '1990-01-01'")
    return "accounts.birth_date"


def unplant(url: str) -> None:
    """Takes the planted column away again."""
    _run(url, "alter table accounts drop column if exists birth_date")


def rows_about(url: str, email: str, account: UUID | None = None) -> dict[str, int]:
    """Rows the database holds of a person, counted by its own plain SQL: the demo's independent look."""
    query = """
    with mine as (select id from accounts where lower(email) = lower(%(email)s) union select %(account)s::uuid)
    select (select count(*) from accounts where lower(email) = lower(%(email)s) or id in (select id from mine)),
           (select count(*) from sessions where account_id in (select id from mine)),
           (select count(*) from usage_events where account_id in (select id from mine)),
           (select count(*) from community_posts where author_id in (select id from mine)),
           (select count(*) from post_comments where author_id in (select id from mine))
    """
    with psycopg.connect(url) as connection:
        row: Any = connection.execute(query, {"email": email, "account": account}).fetchone()
    names = ("accounts", "sessions", "usage_events", "community_posts", "post_comments")
    return dict(zip(names, row, strict=True))


def _run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
