import { PlanId } from '../../../model/plan/plan-id.ts';
import { badOption, type Option, type OptionContext } from './option.ts';

/** The value of `--approve`: the plans that were looked at, or that a person is to be asked. */
export type ApproveChoice = readonly PlanId[] | 'ask';

/** Plans that one command takes: more than any workspace has services. */
const mostPlans = 1000;

/** `--approve=plan-3f9a…`, several with commas between them; `--approve` alone asks. */
export function approveOption(): Option<ApproveChoice | undefined> {
  return {
    kind: 'approval',
    type: 'string',
    value: 'PLANS',
    description:
      'Approve of plans that `--dry-run` showed, by their ids, with commas between them; without any, on a terminal: show the plan, and ask',
    read(value, context) {
      if (value === undefined || value === false || value === 'false') return undefined;
      if (value === true || value === 'true') return 'ask';
      return plansOf(value, context);
    },
  };
}

function plansOf(value: unknown, context: OptionContext): readonly PlanId[] {
  const texts = Array.isArray(value) ? (value as unknown[]) : [value];
  const words = texts.flatMap((text) => (typeof text === 'string' ? text.split(',', mostPlans + 1) : [undefined]));
  const plans = words.map((word) => (word === undefined ? undefined : PlanId.parse(word.trim())));
  if (plans.length > 0 && plans.length <= mostPlans && plans.every((plan) => plan !== undefined)) return plans;
  throw badOption(context, value, 'Expected ids of plans, as `--dry-run` shows them: `--approve=plan-3f9a…`.');
}
