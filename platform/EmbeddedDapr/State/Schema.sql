-- Never reused, so that the ETag of a deleted value does not fit its successor's.
create sequence if not exists state_etags;

create table if not exists state (
    store text not null,
    key text not null,
    value bytea not null,
    etag bigint not null default nextval('state_etags'),
    -- From then on it counts as absent, whether it has been swept away or not.
    expires_at timestamptz,
    primary key (store, key)
);
create index if not exists state_expires_at on state (expires_at) where expires_at is not null;
