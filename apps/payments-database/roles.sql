-- The owner changes the schema, by the Job of a release. The service reads and writes what is in it.
-- Runs at each start, so that a password that was changed in the Secret is changed here.
\set owner_password `cat "$PASSWORDS/owner-password"`
\set service_password `cat "$PASSWORDS/service-password"`
-- A statement that fails must not take a password into the log.
SET log_min_error_statement = panic;

SELECT 'CREATE ROLE payments_owner LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'payments_owner') \gexec
SELECT 'CREATE ROLE payments_service LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'payments_service') \gexec
ALTER ROLE payments_owner PASSWORD :'owner_password';
ALTER ROLE payments_service PASSWORD :'service_password';
SELECT 'CREATE DATABASE payments OWNER payments_owner' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'payments') \gexec

\connect payments
ALTER SCHEMA public OWNER TO payments_owner;
GRANT USAGE ON SCHEMA public TO payments_service;
-- Also what later migrations make.
ALTER DEFAULT PRIVILEGES FOR ROLE payments_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO payments_service;
ALTER DEFAULT PRIVILEGES FOR ROLE payments_owner GRANT USAGE ON SEQUENCES TO payments_service;
