CREATE TABLE groups (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE items (id int PRIMARY KEY, grp int NOT NULL, version int NOT NULL, amount numeric NOT NULL);
CREATE TABLE markers (id int PRIMARY KEY, n bigint NOT NULL);
-- What each commit must have made stale, written by the database itself in the same transaction.
CREATE TABLE journal (n bigserial PRIMARY KEY, xid bigint NOT NULL, tag text NOT NULL);

ALTER TABLE items REPLICA IDENTITY FULL;

CREATE FUNCTION note(tag text) RETURNS void LANGUAGE sql AS
  $$ INSERT INTO journal (xid, tag) VALUES (pg_current_xact_id()::text::bigint, tag) $$;
CREATE FUNCTION note_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN PERFORM note('item:' || OLD.id), note('grp:' || OLD.grp); END IF;
  IF TG_OP <> 'DELETE' THEN PERFORM note('item:' || NEW.id), note('grp:' || NEW.grp); END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION note_group() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note('grp:' || NEW.id);
  RETURN NULL;
END $$;

INSERT INTO groups SELECT i, 'group ' || i FROM generate_series(1, 12) i;
INSERT INTO items SELECT i, 1 + i % 12, 0, i FROM generate_series(1, 300) i;
INSERT INTO markers VALUES (1, 0);

CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON items FOR EACH ROW EXECUTE FUNCTION note_item();
CREATE TRIGGER note AFTER UPDATE ON groups FOR EACH ROW EXECUTE FUNCTION note_group();
