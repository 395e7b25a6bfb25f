-- Only with views: their tables live in a schema of Freshet's own, their register beside the heartbeat.
CREATE SCHEMA views AUTHORIZATION freshet;
GRANT CREATE ON SCHEMA freshet TO freshet;
