-- What failed has no lexeme of its own: it is whatever is neither of two. Few exchanges are in this index, so it costs little.
create index exchange_failed_index on exchange (team_id, seq desc) where outcome not in ('completed', 'open');
