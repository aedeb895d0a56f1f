import { entry } from './error-entry.ts';

/** Errors about actions of the dashboard. */
export const actionErrors = {
  'bad-plan-wish': entry('The request of the page for a plan or a run is not one.', 'Reload the page.'),
  'no-such-plan': entry(
    'The dashboard knows no such plan: it has been restarted, or made many others since.',
    'Make the plan again.',
  ),
  'no-such-run': entry('The dashboard knows no such run any more.', 'Look at the history of the service.'),
  'plan-not-ready': entry('The plan has nothing that could be done.', 'See what the plan says of each service.'),
  'not-typed': entry(
    'The text that the plan asks for was not typed, or it was another one.',
    'Type the name of the environment that the plan is for.',
  ),
  'reason-needed': entry('A rollback needs a reason, which the record and the hold keep.', 'Say why.'),
  'no-actions-in-ci': entry(
    'The dashboard was started with `--actions` in a CI, where there is no person to confirm its actions.',
    'Start it without `--actions`, or use the pipelines.',
  ),
  'dashboard-stops': entry('The dashboard is being stopped and begins nothing more.', 'Start it again.'),
};
