-- Browsers bind their subscription to the key that we name ourselves by (RFC 8292): one pair for all processes, kept for good.
CREATE TABLE delivery.web_push_key (
  only_row boolean PRIMARY KEY CHECK (only_row),
  -- Uncompressed point in base64url, as pages hand it to the browser.
  public_key text NOT NULL,
  -- JSON Web Key, encrypted under the place `delivery:web-push:key`.
  private_key bytea NOT NULL,
  made_at timestamptz NOT NULL
);
