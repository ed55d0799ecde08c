-- The tables of Grype's vulnerability database (its schema 6) that a finding takes; importing it adds the others.
CREATE TABLE db_metadata (build_timestamp datetime NOT NULL, model integer NOT NULL, revision integer NOT NULL,
  addition integer NOT NULL);
CREATE TABLE blobs (id integer PRIMARY KEY, value text NOT NULL);
CREATE TABLE providers (id text PRIMARY KEY, version text, processor text, date_captured datetime, input_digest text);
CREATE TABLE vulnerability_handles (id integer PRIMARY KEY, name text NOT NULL, status text NOT NULL,
  published_date datetime, modified_date datetime, withdrawn_date datetime, provider_id text NOT NULL, blob_id integer);
CREATE TABLE packages (id integer PRIMARY KEY, ecosystem text, name text);
CREATE TABLE affected_package_handles (id integer PRIMARY KEY, vulnerability_id integer NOT NULL,
  operating_system_id integer, package_id integer, blob_id integer);

INSERT INTO db_metadata VALUES ('2026-01-01 00:00:00+00:00', 6, 1, 0);
INSERT INTO providers (id) VALUES ('planted');
