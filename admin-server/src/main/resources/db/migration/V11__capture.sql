-- What tunnel-server records besides the columns of V2. Header and trailer lists are JSON arrays of [name, value] in their
-- order, one character per byte as they came.

alter table exchange
    -- the Host value or :authority as it was sent; hostname is the same in lower case without the port
    add column authority         text not null default '',
    -- names the client's session that served it
    add column session           text,
    -- the version of TLS on the visitor's connection to the gateway; null without
    add column tls               text,
    add column request_trailers  jsonb not null default '[]',
    add column response_trailers jsonb not null default '[]',
    -- from the start until the request's last byte was passed on
    add column request_micros    bigint;
