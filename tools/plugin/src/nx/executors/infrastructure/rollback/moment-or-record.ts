import { parseDuration } from '../../../../model/text/duration.ts';
import { Refusal } from '../../../../model/errors/product-error.ts';
import type { Option } from '../../options/option.ts';

/** A moment that has passed, or a deployment that is recorded. */
export type MomentOrRecord = Date | { readonly service: string; readonly sequence: number };

/** `--to=2026-11-24T12:30`, `--to=2h` (ago), `--to=orders#12`. */
export const momentOrRecordOption: Option<MomentOrRecord> = {
  kind: 'moment',
  type: 'string',
  description: 'A moment (2026-11-24T12:30, UTC without a zone), a time ago (2h) or a deployment (orders#12); required',
  value: 'WHEN',
  read(value, { doing }) {
    const found = momentOrRecord(typeof value === 'string' ? value : '');
    if (found) return found;
    throw new Refusal({
      type: 'bad-option',
      doing,
      reason:
        value === undefined ? 'No target is given (`--to`).' : `--to cannot be ${JSON.stringify(value).slice(0, 80)}.`,
      remedy:
        'Give a moment that has passed (2026-11-24T12:30, UTC where no zone is given), a time ago (2h) or a deployment (orders#12, as `history` counts them).',
    });
  },
};

function momentOrRecord(text: string): MomentOrRecord | undefined {
  const [, service, sequence] = /^([a-z][a-z0-9-]*)#([1-9]\d{0,8})$/.exec(text) ?? [];
  if (service !== undefined) return { service, sequence: Number(sequence) };
  const ago = parseDuration(text);
  if (ago !== undefined) return new Date(Date.now() - ago);
  const isTime = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/.test(text);
  const hasZone = /(Z|[+-]\d{2}:\d{2})$/.test(text.slice(10));
  const at = new Date(text.length > 10 && !hasZone ? `${text.replace(' ', 'T')}Z` : text.replace(' ', 'T'));
  return isTime && !Number.isNaN(at.getTime()) && at.getTime() <= Date.now() ? at : undefined;
}
