-- Whoever has no area lists their own patrols, newest first, and a wall asks for those of the last hours: neither is to
-- walk through everybody's.

CREATE INDEX patrol_account_id_idx ON patrol (account_id, id);
CREATE INDEX patrol_ended_at_idx ON patrol (ended_at);
