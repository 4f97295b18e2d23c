-- Values are never reused, so that the ETag of a deleted value does not match its successor.
create sequence if not exists state_etags;

create table if not exists state (
    store text not null,
    key text not null,
    value bytea not null,
    etag bigint not null default nextval('state_etags'),
    -- The value counts as absent from then on, whether its row has been deleted or not.
    expires_at timestamptz,
    primary key (store, key)
);
create index if not exists state_expires_at on state (expires_at) where expires_at is not null;
