-- A password that somebody else made and knows: it ends when the user proves by GitHub who they are, so that nobody can wait in an
-- account for its owner.
alter table app_user add column password_is_given boolean not null default false;
