-- Up Migration
CREATE TABLE charges (
  id uuid PRIMARY KEY,
  -- What makes two requests one.
  key text NOT NULL UNIQUE,
  amount_in_cents bigint NOT NULL CHECK (amount_in_cents >= 0),
  currency char(3) NOT NULL,
  charged_at timestamptz NOT NULL DEFAULT now()
);
