create table if not exists topics (
    id bigint generated always as identity primary key,
    pubsub text not null,
    name text not null,
    unique (pubsub, name)
);

create table if not exists messages (
    id bigint generated always as identity primary key,
    topic bigint not null,
    payload bytea not null,
    -- Of the payload: a CloudEvent's, or what was published raw.
    content_type text not null,
    -- The publisher's, as a JSON object.
    metadata text not null,
    published_at timestamptz not null default now(),
    expires_at timestamptz
);
-- Compressing pages costs more here than writing them.
alter table messages alter column payload set storage external;
create index if not exists messages_topic on messages (topic, id);
create index if not exists messages_published_at on messages (published_at);

create table if not exists subscriptions (
    id bigint generated always as identity primary key,
    topic bigint not null references topics,
    consumer text not null,
    -- Set for a broadcast's: it ends with its sidecar, which says now and then that it is there.
    seen_at timestamptz,
    unique (topic, consumer)
);

-- One row for each message that a subscription is not done with.
create table if not exists deliveries (
    subscription bigint not null,
    message bigint not null,
    -- When it is to be handed out; while it is being handled, when its lease ends.
    due_at timestamptz not null,
    failures integer not null default 0,
    primary key (subscription, message)
);
create index if not exists deliveries_due on deliveries (subscription, due_at, message);

-- What was given up and has no dead-letter topic to go to. Kept until somebody deletes it.
create table if not exists dead (
    id bigint generated always as identity primary key,
    pubsub text not null,
    topic text not null,
    consumer text not null,
    payload bytea not null,
    content_type text not null,
    cause text not null,
    died_at timestamptz not null default now()
);
