INSERT INTO organizations
SELECT o, 'Organization ' || o, (ARRAY['food', 'textiles', 'logistics', 'energy'])[1 + o % 4]
FROM generate_series(1, 100) o;

INSERT INTO facilities
SELECT f, 1 + (f - 1) % 100, 'Facility ' || f FROM generate_series(1, 500) f;

INSERT INTO readings (organization_id, facility_id, metric, kilograms, status, recorded_at)
SELECT 1 + (f - 1) % 100, f, (ARRAY['scope1', 'scope2', 'scope3'])[1 + n % 3],
       ((f * 7919 + n * 104729) % 100000) / 10.0,
       CASE WHEN (f + n) % 7 = 0 THEN 'estimated' ELSE 'measured' END,
       now() - n * interval '1 hour'
FROM generate_series(1, 500) f, generate_series(1, 20) n;

INSERT INTO targets
SELECT o, y, 600000 + o * 1000 FROM generate_series(1, 100) o, generate_series(2025, 2027) y;

ANALYZE;
