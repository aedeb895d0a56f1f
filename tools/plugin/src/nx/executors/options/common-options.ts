import { booleanOption, booleanReader, formatOption, secondsOption, stringOption } from './declare-options.ts';
import { approveOption } from './approve-option.ts';
import { automaticEnvironmentsOption } from './environment-options.ts';
import { isReason } from '../../../model/manifests/rules/downtime/downtime-exceptions.ts';
import { badOption, type Option } from './option.ts';

/** Options that several commands have, with the same meaning in each. */
export const dryRun = booleanOption('Show what would happen without changing anything');
export const json = formatOption('Print JSON, one line');
export const output: Option<string | undefined> = {
  ...stringOption(
    'Write the output to this file, relative to the workspace, instead of the terminal; `{project}` in it becomes the project',
    'FILE',
  ),
  kind: 'file',
};
export const approve = approveOption();
export const allowDirty = booleanOption('Build uncommitted changes where the environment permits it; marked as such');
export const allowDowntime: Option<boolean | string> = {
  ...booleanOption(
    'Allow manifests that may cause downtime; a text says why and is written on the workloads: in `project.json` it holds for all that deploys the service',
  ),
  read(value, context) {
    if (typeof value !== 'string' || /^(true|false)$/.test(value)) return booleanReader.read(value, context);
    if (isReason(value.trim())) return value.trim();
    throw badOption(context, value, 'Expected true, false, or a sentence of 300 characters at most that says why.');
  },
};
/** Read in `project.json` by all that deploys: `serviceIn`. */
export const container = stringOption(
  'Container that gets the image, where none is named like the service, in `project.json`',
  'NAME',
);
export const allowBreaking = booleanOption(
  'Publish at the facade of a protected environment an API that may break its clients',
);
export const adopt = booleanOption('Take over objects that belong to another service or another deployer');
export const force = booleanOption(
  'Deploy over a newer release, a later commit or another branch, and a build that is held; with --reason also in a freeze',
);
export const reason = stringOption('Reason, shown with the hold', 'TEXT');
export const deployReason = stringOption('Reason, kept in the deployment record; needed to deploy in a freeze', 'TEXT');
export const timeout = secondsOption('Time limit of a rollout in each environment', {
  default: 300,
  least: 1,
  most: 86_400,
});

/** Those of the commands that deploy to several environments. */
export const deployOptions = {
  env: automaticEnvironmentsOption(),
  allowDowntime,
  container,
  allowBreaking,
  adopt,
  force,
  reason: deployReason,
  approve,
  timeout,
  dryRun,
};
