namespace DaprShop.History.Model.Migrations;

/// <summary>
/// The schema <c>rebuild</c>: a second history beside the live one. EF's model does not contain it: its tables are created like the
/// live ones when a rebuild starts. The functions run as the owner, so that the service itself can still only add rows.
/// </summary>
internal static class RebuildSchema
{
    public const string Create = """
        create schema rebuild;

        create function rebuild.tables() returns setof name language sql stable set search_path = pg_catalog as $$
            select relname from pg_class
            where relnamespace = 'public'::regnamespace and relkind = 'r'
                  and relname not in ('watermarks', 'inbox_failures', 'dead_letters', '__EFMigrationsHistory')
            order by relname
        $$;

        create function rebuild.finish() returns void
        language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
        declare name name;
        begin
            for name in select relname from pg_class where relnamespace = 'rebuild'::regnamespace and relkind = 'r' loop
                execute format('drop table rebuild.%I', name);
            end loop;
        end $$;

        create function rebuild.start() returns void
        language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
        declare name name;
        begin
            perform rebuild.finish();
            for name in select rebuild.tables() union all select 'watermarks' loop
                execute format('create unlogged table rebuild.%1$I (like public.%1$I including all)', name);
                execute format('grant select, insert on rebuild.%I to history_app', name);
            end loop;
            grant update on rebuild.watermarks to history_app;
        end $$;

        create function rebuild.adopt() returns void
        language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
        declare name name; columns text;
        begin
            if exists (
                select from (select producer, position from public.watermarks where position > 0) live
                full join rebuild.watermarks rebuilt using (producer, position)
                where live.producer is null or rebuilt.producer is null) then
                raise exception 'The rebuilt history does not end where the live one does.'
                    using errcode = 'object_not_in_prerequisite_state';
            end if;
            for name in select rebuild.tables() loop
                select string_agg(quote_ident(attname), ', ' order by attnum) into columns from pg_attribute
                where attrelid = format('public.%I', name)::regclass
                      and attnum > 0 and not attisdropped and attgenerated = '';
                execute format('delete from public.%1$I live
                    where not exists (select from rebuild.%1$I rebuilt where rebuilt::text = live::text)', name);
                execute format('insert into public.%1$I (%2$s) select %2$s from rebuild.%1$I rebuilt
                    where not exists (select from public.%1$I live where live::text = rebuilt::text)', name, columns);
            end loop;
        end $$;

        revoke all on all functions in schema rebuild from public;
        grant usage on schema rebuild to history_app;
        grant execute on all functions in schema rebuild to history_app;
        """;

    public const string Drop = "drop schema rebuild cascade;";
}
