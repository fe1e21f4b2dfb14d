-- What makes the audit trail fast to read with millions of rows: pages are keyset pages over (occurred_at, id), so every
-- filter that is offered has an index that ends in those two. The words of an event are kept beside it, in small pieces
-- ("ann@example.com" is ann, example and com), so that a search needs no index of its own per column.
alter table audit_event
    add column words tsvector generated always as (
        to_tsvector('simple'::regconfig,
            translate(actor_label || ' ' || action || ' ' || subject || ' ' || detail::text || ' ' || coalesce(address, ''),
                '@._-/:"{},=+#()[]''&|!<>*\', '                         '))
    ) stored;

create index audit_event_words_index on audit_event using gin (words);

drop index audit_event_team_index;
create index audit_event_team_index on audit_event (team_id, occurred_at desc, id desc);
create index audit_event_action_index on audit_event (action, occurred_at desc, id desc);
create index audit_event_team_action_index on audit_event (team_id, action, occurred_at desc, id desc);
create index audit_event_actor_index on audit_event (actor_label, occurred_at desc, id desc);
create index audit_event_team_actor_index on audit_event (team_id, actor_label, occurred_at desc, id desc);

-- When the team's template was last saved; updated_at is the team's own.
alter table team add column client_template_updated_at timestamptz;
