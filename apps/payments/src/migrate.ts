import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pRetry from 'p-retry';
import { isDatabaseAway } from './is-database-away.ts';

/**
 * Brings the schema to what `migrations/` says, once for all that try at the same time: a Job of each release runs this
 * before its pods come (k8s/jobs). DATABASE_URL is that of the schema's owner.
 */
const databaseUrl = process.env['DATABASE_URL'];
const line = (level: string, message: string, more: object = {}) =>
  console.log(JSON.stringify({ time: new Date().toISOString(), level, message, service: 'payments', ...more }));

/** A database that is new, or moves to another node, comes while this waits. */
const patienceMs = 60_000;

const migrate = (url: string) =>
  runner({
    databaseUrl: { connectionString: url, connectionTimeoutMillis: 5_000, application_name: 'payments-migrate' },
    // Beside the bundle.
    dir: fileURLToPath(new URL('./migrations', import.meta.url)),
    migrationsTable: 'migrations',
    direction: 'up',
    // The Job of another release may be at it.
    advisoryLockMode: 'wait',
    log: () => {},
  });

if (databaseUrl === undefined) {
  line('error', 'DATABASE_URL is not set.');
  process.exit(2);
}
try {
  const done = await pRetry(() => migrate(databaseUrl), {
    retries: 1000,
    maxTimeout: 2_000,
    maxRetryTime: patienceMs,
    shouldRetry: ({ error }) => isDatabaseAway(error),
  });
  line('info', 'migrated', { migrations: done.map(({ name }) => name) });
} catch (error) {
  line('error', 'could not migrate', { error: String(error) });
  process.exitCode = 1;
}
