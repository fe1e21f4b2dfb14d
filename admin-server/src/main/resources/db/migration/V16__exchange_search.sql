-- One index for every word and every property that is searched for, instead of one index each: a property costs an exchange
-- one more lexeme in an index that has a hundred of its words already. Words are letters and digits only, so that properties,
-- which have a colon, are never taken for words. search/ColumnFilters has the other side.

create function exchange_terms(words tsvector, team_id bigint, membership_id bigint, hostname text, visitor_address text,
                               method text, target text, status smallint, outcome text, replay_of text,
                               duration_micros bigint, request_bytes bigint, response_bytes bigint) returns tsvector
    language plpgsql immutable parallel safe cost 1000 as
$$
begin
    return coalesce(words, ''::tsvector) || array_to_tsvector(array_remove(array [
        't:' || team_id,
        'u:' || membership_id,
        'h:' || left(split_part(hostname, '.', 1), 100),
        'a:' || left(lower(visitor_address), 100),
        'm:' || left(upper(method), 50),
        'p:' || left(target, 150),
        's:' || coalesce(status::text, 'none'),
        'o:' || left(lower(outcome), 100),
        case when replay_of is not null then 'r:replay' end,
        -- how many binary digits the number has
        'd:' || least(45, length(ltrim(duration_micros::bit(64)::text, '0'))),
        'b:' || least(45, length(ltrim(greatest(request_bytes, response_bytes)::bit(64)::text, '0')))
        ], null));
end
$$;

create index exchange_terms_index on exchange using gin (
    exchange_terms(words, team_id, membership_id, hostname, visitor_address, method, target, status, outcome, replay_of,
                   duration_micros, request_bytes, response_bytes));
drop index exchange_words_index;
