CREATE TABLE organizations (
  id     int  PRIMARY KEY,
  name   text NOT NULL,
  sector text NOT NULL
);

CREATE TABLE facilities (
  id              int  PRIMARY KEY,
  organization_id int  NOT NULL REFERENCES organizations,
  name            text NOT NULL
);
CREATE INDEX ON facilities (organization_id);

-- Readings carry their organization, so that a dashboard reads one table; a facility that is sold
-- takes its readings along.
CREATE TABLE readings (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organization_id int           NOT NULL REFERENCES organizations,
  facility_id     int           NOT NULL REFERENCES facilities,
  metric          text          NOT NULL,
  kilograms       numeric(12,3) NOT NULL,
  status          text          NOT NULL DEFAULT 'measured',
  recorded_at     timestamptz   NOT NULL DEFAULT now()
);
CREATE INDEX ON readings (organization_id);
CREATE INDEX ON readings (facility_id, id);

CREATE TABLE targets (
  organization_id int           NOT NULL REFERENCES organizations,
  year            int           NOT NULL,
  kilograms       numeric(14,3) NOT NULL,
  PRIMARY KEY (organization_id, year)
);

-- Tags are made of these tables' other columns too, so the log must carry the old row.
ALTER TABLE facilities REPLICA IDENTITY FULL;
ALTER TABLE readings   REPLICA IDENTITY FULL;
