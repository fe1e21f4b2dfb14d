-- What the frames of V12 need besides.

alter table exchange
    -- frames or events that passed, kept or not; null where none were looked for. Known at the end of the stream
    add column frame_count bigint;

alter table exchange_frame
    -- content is what a compressed frame says. False: it is as it passed, because something before it is missing
    add column inflated boolean not null default false;

-- for the streams that a node left behind; there are never many
create index exchange_open_index on exchange (node) where outcome = 'open';
