-- Which node sends a replay: rows of a node that died are given up, for nobody can say whether the service got them.
alter table replay
    add column node text;
create index replay_running_index on replay (node) where state = 'running';
-- whatever waits and is due, of all tunnels
create index replay_due_index on replay (not_before) where state = 'waiting';
