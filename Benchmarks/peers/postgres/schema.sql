-- psql -v stations=1000 -v items=50 -v stock=100000
CREATE TABLE items (id int PRIMARY KEY, base bigint NOT NULL);
CREATE TABLE inventory (
  station_id int NOT NULL, item_id int NOT NULL,
  on_hand bigint NOT NULL CHECK (on_hand >= 0), incoming bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (station_id, item_id)) WITH (fillfactor = 70);
CREATE TABLE trades (
  id bigint GENERATED ALWAYS AS IDENTITY (CACHE 50) PRIMARY KEY, idem_key text NOT NULL UNIQUE,
  seller_id int NOT NULL, buyer_id int NOT NULL, item_id int NOT NULL, qty bigint NOT NULL,
  unit bigint NOT NULL, total bigint NOT NULL, currency text NOT NULL, status text NOT NULL,
  created_at timestamptz NOT NULL);
CREATE TABLE shipments (
  id bigint GENERATED ALWAYS AS IDENTITY (CACHE 50) PRIMARY KEY, trade_id bigint NOT NULL,
  from_id int NOT NULL, to_id int NOT NULL, item_id int NOT NULL, qty bigint NOT NULL,
  status text NOT NULL, mode text NOT NULL, eta timestamptz NOT NULL);
CREATE INDEX shipments_due ON shipments (eta) WHERE status = 'pending';
CREATE TABLE events (
  id bigint GENERATED ALWAYS AS IDENTITY (CACHE 50) PRIMARY KEY, payload text NOT NULL,
  at timestamptz NOT NULL);

INSERT INTO items SELECT i, 500 + 37 * i FROM generate_series(0, :items - 1) i;
INSERT INTO inventory (station_id, item_id, on_hand)
  SELECT s, i, :stock FROM generate_series(0, :stations - 1) s, generate_series(0, :items - 1) i;

CREATE FUNCTION trade(s int, b int, i int, q int, k text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  left_ bigint; p bigint; u bigint; t bigint; tid bigint; ts timestamptz := clock_timestamp();
  travel int := 60 + (s * 31 + b * 17) % 600;
BEGIN
  SELECT id, unit, total INTO tid, u, t FROM trades WHERE idem_key = k;
  IF FOUND THEN RETURN tid || '|' || u || '|' || t; END IF;
  -- Rows are locked in station order, whoever sells: no deadlocks.
  IF s > b THEN
    UPDATE inventory SET incoming = incoming + q WHERE station_id = b AND item_id = i;
  END IF;
  UPDATE inventory SET on_hand = on_hand - q
    WHERE station_id = s AND item_id = i AND on_hand >= q RETURNING on_hand INTO left_;
  IF NOT FOUND THEN RAISE EXCEPTION 'not enough on hand'; END IF;
  IF s < b THEN
    UPDATE inventory SET incoming = incoming + q WHERE station_id = b AND item_id = i;
  END IF;
  SELECT base INTO p FROM items WHERE id = i;
  u := p + p * 1000 / (1000 + left_ + q);
  t := u * q;
  INSERT INTO trades (idem_key, seller_id, buyer_id, item_id, qty, unit, total, currency, status, created_at)
    VALUES (k, s, b, i, q, u, t, 'CR', 'booked', ts) RETURNING id INTO tid;
  INSERT INTO shipments (trade_id, from_id, to_id, item_id, qty, status, mode, eta)
    VALUES (tid, s, b, i, q, 'pending', 'freighter', ts + make_interval(secs => travel));
  INSERT INTO events (payload, at) VALUES (format(
    '{"type":"trade.booked","v":1,"key":"%s","trade":%s,"seller":"S%s","buyer":"S%s","item":"I%s",'
    '"qty":%s,"unit":%s,"total":%s,"currency":"CR","on_hand_before":%s,"travel_s":%s,"mode":"freighter"}',
    k, tid, s, b, i, q, u, t, left_ + q, travel), ts);
  RETURN tid || '|' || u || '|' || t;
END $$;
