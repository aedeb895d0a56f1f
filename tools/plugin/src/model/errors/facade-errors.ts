import { entry } from './error-entry.ts';

/** Types of errors of the public door, and of what is published there. */
export const facadeErrors = {
  'bad-api-description': entry(
    'The description of an API has mistakes, or is not one that API Management imports.',
    'Fix `openapi.yaml` at the lines that are named (`nx run orders:api-lint`).',
  ),
  'unreadable-file': entry('A file of the workspace may not be read.', 'Give this account the right to read it.'),
  'api-breaks-clients': entry(
    'A protected environment has clients that the new description of an API may break.',
    'Describe it as a new version, or pass `--allow-breaking`.',
  ),
  'facade-not-ready': entry(
    'API Management lacks what an API needs there, or has another one at its path.',
    'Create what is named in the instance, or correct the name.',
  ),
  'revision-taken': entry(
    'API Management has a revision of this number that is not of this build.',
    'Release again to get a new number.',
  ),
  'facade-unreachable': entry(
    'API Management, or what manages it in Azure, does not answer.',
    'Look whether Azure is reached from this machine, then run the same command again.',
  ),
  'facade-leads-astray': entry(
    'An answer of Azure leads to another host, where the token is not sent.',
    "Check `facade.endpoint` in the environment's file, and the proxy between.",
  ),
  'facade-denies-access': entry(
    "API Management does not accept this machine's Azure identity, or it has no role for what was asked.",
    'Log in again, or give it a role with the action that is named.',
  ),
  'facade-not-found': entry(
    'There is no such instance of API Management.',
    "Correct `facade` in the environment's file.",
  ),
  'facade-busy': entry(
    'API Management takes no changes now: another operation is in progress, or there were too many requests.',
    'Wait, then run the same command again; it continues from what is there.',
  ),
  'facade-refuses': entry(
    'API Management refuses what was sent, or its tier does not have it.',
    'See what it says; then run the same command again.',
  ),
  'facade-fails': entry(
    'API Management answered with an error of its own, or an operation there does not end.',
    'Run the same command again later; it continues from what is there.',
  ),
  'facade-moved': entry(
    'Another revision of the API is current than the one that was planned for.',
    'Run the same command again; it plans from what is there.',
  ),
  'no-facade': entry(
    'Clients of the environment call its gateway, and there is nothing else to publish an API at.',
    "Write `facade` into the environment's file, or do nothing: its routes are deployed with the service.",
  ),
  'no-api': entry('The release has no description of an API.', 'Write `openapi.yaml`, and release it.'),
  'bad-facade-configuration': entry(
    ({ instanceFolder }) => `A file in \`${instanceFolder}\` is not what API Management could be provisioned with.`,
    'Fix the files at the lines that are named.',
  ),
  'facade-not-provisionable': entry(
    'The instance of API Management has something that stands against what is to be provisioned, or lacks what a policy needs.',
    ({ instanceFolder }) => `Correct what is named, in \`${instanceFolder}\` or at the instance.`,
  ),
  'api-differs': entry(
    'An API does not answer as its description says; clients were not given the new revision.',
    'Correct the service or its description, then release again.',
  ),
  'bad-api-policy': entry('A policy of an API cannot be sent.', 'Fix the file in `apim/` that is named.'),
  'dashboard-incomplete': entry(
    'A file of the dashboard is missing, or its page cannot be bundled.',
    'Install the packages of the workspace (`npm ci`, `pnpm install` …), or check it out.',
  ),
  'portal-incomplete': entry(
    'A file of the page that shows the APIs is missing.',
    'Install the packages of the workspace (`npm ci`, `pnpm install` …), or check it out.',
  ),
} as const;
