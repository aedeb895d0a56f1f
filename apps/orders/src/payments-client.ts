import type { Money } from '@poc/money';
import { fetchInTrace, HttpProblem } from '@poc/service-host';

/** Asks the payments service to charge orders. */
export class PaymentsClient {
  readonly #url: string;
  readonly #timeoutMs: number;

  constructor(url: string, timeoutMs = 13_000) {
    this.#url = url;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Charges an order; a second call for the same order charges nothing. Returns the charge's id.
   * @throws {HttpProblem} 502 when payments cannot be reached or refuses, 504 when it takes too long.
   */
  async charge(orderId: string, total: Money): Promise<string> {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const answer = await this.#post(orderId, total, signal).catch(() => {
      if (signal.aborted)
        throw new HttpProblem(504, 'payments-timeout', `Payments did not answer within ${this.#timeoutMs} ms.`);
      throw new HttpProblem(502, 'payments-unreachable', 'Payments could not be reached. Try again later.');
    });
    if (typeof answer.id === 'string') return answer.id;
    throw new HttpProblem(502, 'payments-refused', `Payments answered ${answer.status} to the charge.`);
  }

  async #post(key: string, { cents, currency }: Money, signal: AbortSignal): Promise<{ status: number; id?: unknown }> {
    const send = () =>
      fetchInTrace(new URL('/charges', this.#url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ amountInCents: cents, currency }),
        signal,
      });
    const response = await send().catch((error: unknown) => {
      // A connection may break while it is being used again. The key makes it safe to ask once more.
      if (signal.aborted) throw error;
      return send();
    });
    const { id } = response.ok ? ((await response.json()) as { id?: unknown }) : {};
    if (!response.ok) await response.body?.cancel();
    return { status: response.status, id };
  }
}
