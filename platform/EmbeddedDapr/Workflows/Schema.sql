-- A workflow instance; expires is null while it is active, then the time when retention deletes it.
create table if not exists workflow_instances (
  app text not null,
  id text not null,
  execution uuid not null,
  expires timestamptz null,
  state bytea not null,
  primary key (app, id)
) with (fillfactor = 70);

create index if not exists workflow_instances_active on workflow_instances (app) where expires is null;
create index if not exists workflow_instances_expired on workflow_instances (app, expires) where expires is not null;

-- The events of all turns. Open activities, timers and children are those without an end event.
create table if not exists workflow_history (
  execution uuid not null,
  seq int not null,
  event bytea not null,
  primary key (execution, seq)
);

-- Events that no turn has consumed yet.
create table if not exists workflow_inbox (
  execution uuid not null,
  seq int not null,
  event bytea not null,
  primary key (execution, seq)
);
