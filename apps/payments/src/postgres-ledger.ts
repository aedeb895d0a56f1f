import { Pool } from 'pg';
import pRetry from 'p-retry';
import { isDatabaseAway } from './is-database-away.ts';
import { LedgerUnavailable, type Charge, type Ledger } from './ledger.ts';

/** How long a request waits for a database that is away. */
export interface LedgerPatience {
  /** Shorter than the gateway waits for an answer (15 s). */
  readonly totalMs: number;
  readonly connectMs: number;
}

const usualPatience: LedgerPatience = { totalMs: 12_000, connectMs: 2_000 };

interface Row {
  readonly id: string;
  readonly key: string;
  readonly amount_in_cents: string;
  readonly currency: string;
}

const columns = 'id, key, amount_in_cents, currency';

/**
 * Charges in PostgreSQL, by the schema of `migrations/`. A statement that a database's restart broke is repeated: each of
 * them may be, because a key has one charge.
 */
export class PostgresLedger implements Ledger {
  readonly #pool: Pool;
  readonly #patience: LedgerPatience;

  /** @param onTrouble told of connections that broke while nobody used them. */
  constructor(url: string, onTrouble: (error: Error) => void, patience = usualPatience) {
    this.#patience = patience;
    this.#pool = new Pool({
      connectionString: url,
      application_name: 'payments',
      max: 10,
      connectionTimeoutMillis: patience.connectMs,
      query_timeout: 5_000,
      keepAlive: true,
    });
    // Without a listener, a database that goes would take this process with it.
    this.#pool.on('error', onTrouble);
  }

  async add(charge: Charge): Promise<Charge> {
    const { id, key, amountInCents, currency } = charge;
    const insert = `INSERT INTO charges (${columns}) VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO NOTHING RETURNING ${columns}`;
    const [added] = await this.#query(insert, [id, key, amountInCents, currency]);
    if (added) return added;
    // The key has a charge: of another request, or of this one, whose answer a restart of the database took away.
    const [kept] = await this.#query(`SELECT ${columns} FROM charges WHERE key = $1`, [key]);
    return kept!;
  }

  async find(id: string): Promise<Charge | undefined> {
    // The description says that an id is a UUID; other texts are ids of nothing.
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return undefined;
    const [found] = await this.#query(`SELECT ${columns} FROM charges WHERE id = $1`, [id]);
    return found;
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  async #query(text: string, values: readonly unknown[]): Promise<Charge[]> {
    const ask = () => this.#pool.query<Row>(text, [...values]);
    const { rows } = await pRetry(ask, {
      retries: 1000,
      minTimeout: 50,
      factor: 1.5,
      maxTimeout: 500,
      maxRetryTime: this.#patience.totalMs,
      shouldRetry: ({ error }) => isDatabaseAway(error),
    }).catch((error: unknown) => {
      throw isDatabaseAway(error) ? new LedgerUnavailable('The database is away.', { cause: error }) : error;
    });
    return rows.map((row) => ({
      id: row.id,
      key: row.key,
      amountInCents: Number(row.amount_in_cents),
      currency: row.currency,
    }));
  }
}
