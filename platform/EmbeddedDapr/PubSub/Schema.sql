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
    -- Content type of the payload: a CloudEvent, or as published raw.
    content_type text not null,
    -- The publisher's metadata as a JSON object.
    metadata text not null,
    published_at timestamptz not null default now(),
    expires_at timestamptz
);
-- Compression costs more here than the larger writes.
alter table messages alter column payload set storage external;
create index if not exists messages_topic on messages (topic, id);
create index if not exists messages_published_at on messages (published_at);

create table if not exists subscriptions (
    id bigint generated always as identity primary key,
    topic bigint not null references topics,
    consumer text not null,
    -- Set for broadcasts only: the sidecar updates it every minute; the subscription expires with the sidecar.
    seen_at timestamptz,
    unique (topic, consumer)
);

-- One row per message that a subscription has not finished.
create table if not exists deliveries (
    subscription bigint not null,
    message bigint not null,
    -- When it is due for delivery; while leased, when the lease ends.
    due_at timestamptz not null,
    failures integer not null default 0,
    primary key (subscription, message)
);
create index if not exists deliveries_due on deliveries (subscription, due_at, message);

-- Dead letters of subscriptions without a dead-letter topic. Kept until an operator deletes them.
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
