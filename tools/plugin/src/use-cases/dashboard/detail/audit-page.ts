import { findingsBySubject, type AuditPage } from '../../../model/dashboard/audit-page.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { audit } from '../../audit/audit.ts';
import type { DetailContext } from './detail-context.ts';
import { withoutUndefined } from './shown-deployment.ts';

type Kept = Omit<AuditPage, 'now'>;

/** How long an audit is shown again when the view is left and opened again: it asks every witness of every release. */
const keptMs = 60_000;

/** The newest audit. It fixes nothing. */
export class Audits {
  private readonly context: DetailContext;
  private newest: Kept | undefined;

  constructor(context: DetailContext) {
    this.context = context;
  }

  /**
   * Returns the newest audit, or makes another.
   * @param after only an audit after this moment will do. @throws {Refusal} when it is no moment.
   */
  async read(after: string | undefined): Promise<AuditPage> {
    const now = this.context.ports.clock();
    const oldest = Math.max(now.getTime() - keptMs, after === undefined ? -Infinity : readMoment(after) + 1);
    const isKept = this.newest !== undefined && Date.parse(this.newest.auditedAt) >= oldest;
    const found = isKept ? this.newest! : await this.audit(now);
    this.newest = found;
    return { now: this.context.ports.clock().toISOString(), ...found };
  }

  private async audit(at: Date): Promise<Kept> {
    const { ports, services, mainBranch, ...context } = this.context;
    const environments = await context.environments();
    const { findings, ...audited } = await audit({ environments, services, mainBranch }, ports);
    return withoutUndefined({ auditedAt: at.toISOString(), ...audited, subjects: findingsBySubject(findings) });
  }
}

function readMoment(text: string): number {
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  throw new Refusal({
    type: 'bad-option',
    doing: 'audit what runs where',
    reason: `${JSON.stringify(text.slice(0, 80))} is no moment.`,
    remedy: 'Give one such as 2026-11-24T12:30Z.',
  });
}
