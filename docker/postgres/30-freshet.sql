-- What Freshet may do, and nothing more. Run by an owner of the tables; the password is set apart.
CREATE ROLE freshet LOGIN REPLICATION;

-- Captured tables are read once, at the start; their changes come from the log.
GRANT USAGE ON SCHEMA public TO freshet;
GRANT SELECT ON organizations, facilities, readings, targets TO freshet;

-- The heartbeat that keeps the log moving.
CREATE SCHEMA freshet;
CREATE TABLE freshet.heartbeat (
  namespace text PRIMARY KEY,
  beat_at timestamptz NOT NULL,
  xid bigint NOT NULL,
  snapshot_xmin bigint NOT NULL);
GRANT USAGE ON SCHEMA freshet TO freshet;
GRANT SELECT, INSERT, UPDATE ON freshet.heartbeat TO freshet;

-- Through which snapshots are asked for: ingest.snapshots: true
CREATE TABLE freshet.signal_demo (
  id varchar(64) PRIMARY KEY,
  type varchar(32) NOT NULL,
  data text);
GRANT SELECT, INSERT, DELETE ON freshet.signal_demo TO freshet;

-- Made here, so that Freshet need not own the tables: ingest.manage-publication: false
CREATE PUBLICATION demo
  FOR TABLE organizations, facilities, readings, targets, freshet.heartbeat, freshet.signal_demo
  WITH (publish_via_partition_root = true);

-- For the figures of health: what other sessions do, how far standbys are.
GRANT pg_monitor TO freshet;
