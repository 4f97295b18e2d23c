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
  -- New with each registration: what fires must not overwrite what has been registered meanwhile.
  version uuid not null,
  due timestamptz not null,
  expires timestamptz null,
  -- Firings still to come; null for no end.
  remaining int null,
  spec bytea not null,
  primary key (app, type, id, name)
);

-- While it is being fired: until then by nobody else, and then again.
alter table actor_reminders add column if not exists leased_until timestamptz null;

create index if not exists actor_reminders_due on actor_reminders (due);
