create table if not exists actor_state (
  app text not null,
  type text not null,
  id text not null,
  key text not null,
  value bytea not null,
  expires timestamptz null,
  primary key (app, type, id, key)
);

create index if not exists actor_state_expires on actor_state (expires) where expires is not null;

create table if not exists actor_reminders (
  app text not null,
  type text not null,
  id text not null,
  name text not null,
  -- Changes with each registration: a firing must not overwrite a registration made meanwhile.
  version uuid not null,
  due timestamptz not null,
  expires timestamptz null,
  -- Remaining firings; null: unlimited.
  remaining int null,
  spec bytea not null,
  primary key (app, type, id, name)
);

-- Set while a process fires the reminder; after this time another process may fire it again.
alter table actor_reminders add column if not exists leased_until timestamptz null;

create index if not exists actor_reminders_due on actor_reminders (due);
