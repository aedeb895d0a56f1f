import { failureBy, refusalBy, type CommonFacts, type ErrorRule } from '../../model/errors/error-rules.ts';
import type { Failure, Refusal } from '../../model/errors/product-error.ts';
import { firstSentence } from '../../model/text/sentence.ts';
import { proxyRemedy } from '../proxy/proxy-trouble.ts';

/** An answer of Azure that is not what was asked for, or none. */
export interface AzureProblem {
  readonly instance: string;
  /** 0 where there was no answer. */
  readonly status: number;
  /** Azure's own word for it, or the machine's: `ValidationError`, `ECONNREFUSED`. */
  readonly code: string;
  readonly message: string;
  /** Lines that name a field and what is wrong with it. */
  readonly details: readonly string[];
}

const again = 'Run the same command again; it continues from what is there.';
const said = ({ message, details }: AzureProblem) => firstSentence(details.length === 1 ? details[0]! : message);
const isLock = ({ code, message }: AzureProblem) =>
  code === 'PessimisticConcurrencyConflict' || message.includes('Operation on the API is in progress');

/** Reports whether the same write is taken a moment later: the door is busy with what was written before. */
export function isBusyWithBefore(problem: AzureProblem): boolean {
  const { status, message, details } = problem;
  const isUnsettled = [message, ...details].some((text) => text.includes('Entity with specified identifier not found'));
  return isLock(problem) || status === 412 || (status === 400 && isUnsettled);
}

/** Why API Management does not do what it was asked. */
export const apiManagementRules: readonly ErrorRule<AzureProblem>[] = [
  {
    when: ({ code }) => code === 'OperationTimedOut',
    type: 'facade-fails',
    reason: ({ instance, message }) => `${message} at ${instance}.`,
    remedy: () => `Look at the instance's state in Azure, then run the same command again.`,
  },
  {
    when: ({ status, code }) => status === 0 && proxyRemedy(code) !== undefined,
    type: 'facade-unreachable',
    reason: ({ instance, code }) => `What manages ${instance} in Azure does not answer (${code}).`,
    remedy: ({ code }) => proxyRemedy(code) ?? '',
  },
  {
    when: ({ status, code }) => status === 0 && /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/.test(code),
    type: 'facade-unreachable',
    reason: ({ instance, code }) =>
      `The certificate of what manages ${instance} is signed by an authority that this machine does not know (${code}).`,
    remedy: () => "Name the authority's certificate in `NODE_EXTRA_CA_CERTS`, or correct `facade.endpoint`.",
  },
  {
    when: ({ status }) => status === 0,
    type: 'facade-unreachable',
    reason: ({ instance, code }) => `What manages ${instance} in Azure does not answer (${code}).`,
    remedy: () =>
      'Check the network, the proxy (`HTTPS_PROXY`) and `facade.endpoint`; then run the same command again.',
  },
  {
    when: ({ status }) => status === 401,
    type: 'facade-denies-access',
    reason: (problem) =>
      `Azure does not accept the login of this machine for ${problem.instance} (401): ${said(problem)}`,
    remedy: () => "Log in again with `az login`, as an identity of the subscription's tenant.",
  },
  {
    when: ({ status }) => status === 403,
    type: 'facade-denies-access',
    reason: (problem) => `The Azure identity of this machine may not do this at ${problem.instance} (403).`,
    remedy: (problem) => `Give it a role there with the action ${actionIn(problem)}.`,
  },
  {
    when: ({ code }) => code === 'SubscriptionNotFound',
    type: 'facade-not-found',
    reason: ({ instance }) =>
      `The subscription of ${instance} is not known to Azure, or not to this machine's identity.`,
    remedy: () => "Correct `facade.subscription` in the environment's file, or log in as who has it.",
  },
  {
    when: ({ status, code, message }) =>
      status === 404 && (code === 'ResourceGroupNotFound' || message.includes('under resource group')),
    type: 'facade-not-found',
    reason: (problem) => `There is no API Management ${problem.instance} (404): ${said(problem)}`,
    remedy: () => "Correct `facade.name` and `facade.resourceGroup` in the environment's file.",
  },
  {
    when: ({ status }) => status === 429,
    type: 'facade-busy',
    reason: ({ instance }) => `${instance} has had too many requests, and still has (429).`,
    remedy: () => `Wait. ${again}`,
  },
  {
    when: isLock,
    type: 'facade-busy',
    reason: ({ instance }) => `Another operation on the API is in progress at ${instance}, and does not end.`,
    remedy: () => `Look in Azure who changes it. ${again}`,
  },
  {
    when: ({ status, message }) => status === 409 && /\bstate\b/i.test(message),
    type: 'facade-busy',
    reason: (problem) => `Azure changes the instance ${problem.instance} itself (409): ${said(problem)}`,
    remedy: () => `Wait until its state is Succeeded. ${again}`,
  },
  {
    when: ({ code }) => code === 'MethodNotAllowedInPricingTier',
    type: 'facade-refuses',
    reason: (problem) => `The tier of ${problem.instance} does not have this: ${said(problem)}`,
    remedy: () => 'Do without it, or move the instance to a tier that has it.',
  },
  {
    when: ({ message, details }) => [message, ...details].some((text) => /maximum number of Operations/i.test(text)),
    type: 'facade-refuses',
    reason: (problem) => `${problem.instance} has no room for more operations: ${said(problem)}`,
    remedy: () =>
      'Delete revisions or APIs that are no longer needed (all revisions count), or move the instance to a larger tier.',
  },
  {
    when: ({ status }) => status >= 500,
    type: 'facade-fails',
    reason: (problem) => `${problem.instance} answers with an error of its own (${problem.status}): ${said(problem)}`,
    remedy: () => again,
  },
  {
    when: () => true,
    type: 'facade-refuses',
    reason: (problem) => `${problem.instance} refuses it (${problem.status} ${problem.code}): ${said(problem)}`,
    remedy: () => 'Correct what it names, then run the same command again.',
    evidence: ({ details }) => (details.length > 1 ? details : []),
  },
];

/** Returns the refusal for a read that went wrong. */
export function notRead(problem: AzureProblem, common: CommonFacts): Refusal {
  // The last rule matches all.
  return refusalBy(apiManagementRules, problem, common)!;
}

/** Returns the failure for a write that went wrong. */
export function notWritten(problem: AzureProblem, common: CommonFacts): Failure {
  return failureBy(apiManagementRules, problem, common)!;
}

function actionIn({ message }: AzureProblem): string {
  return /perform action '([^']+)'/.exec(message)?.[1] ?? 'Microsoft.ApiManagement/service/apis/write';
}
