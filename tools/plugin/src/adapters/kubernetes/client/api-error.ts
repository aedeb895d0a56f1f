import { provisioningFolder } from '../../../model/workspace/places.ts';
import { describeProxy } from '../../proxy/proxy.ts';
import { isUntrusted, proxyRemedy, ProxyTrouble, throughProxy } from '../../proxy/proxy-trouble.ts';
import { describeObject, type KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../../model/manifests/source/object-fields.ts';
import { refusalBy, type ErrorRule } from '../../../model/errors/error-rules.ts';
import { Failure, Refusal } from '../../../model/errors/product-error.ts';
import { scrub } from '../../../model/secrets/line-scrubber.ts';
import { sentence } from '../../../model/text/sentence.ts';

/** One reason in a `Status` of the API server. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** An answer of the API server that is an error. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status. */
  readonly code: number;
  /** `NotFound`, `Conflict`, `Forbidden`. */
  readonly reason: string;
  readonly causes: readonly StatusCause[];

  constructor(code: number, body: string) {
    const status = statusIn(body);
    super(scrub(status.message ?? '') || scrub(body.trim()).slice(0, 300) || `HTTP ${code}`);
    this.code = code;
    this.reason = status.reason ?? '';
    this.causes = status.details?.causes ?? [];
  }
}

interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly causes?: readonly StatusCause[] };
}

function statusIn(body: string): Status {
  try {
    return (JSON.parse(body) ?? {}) as Status;
  } catch {
    return {};
  }
}

/** A cluster, for messages. */
interface Server {
  readonly server: string;
  readonly context: string;
  /** The proxy that requests go through. */
  readonly proxy?: string | undefined;
}

/** A server that gave no answer. */
interface LostRequest extends Server {
  /** The error's code or message. */
  readonly why: string;
  readonly code: string;
  readonly cause?: unknown;
}

const unreachableReason = ({ server, why }: LostRequest) => `Its API server ${server} could not be reached (${why}).`;

/** Why a server gave no answer. */
export const unreachableRules: readonly ErrorRule<LostRequest>[] = [
  {
    when: ({ cause }) => cause instanceof ProxyTrouble,
    type: 'cluster-unreachable',
    reason: unreachableReason,
    remedy: ({ why }) => proxyRemedy(why) ?? '',
  },
  {
    when: ({ code }) => /^ERR_OSSL/.test(code),
    type: 'bad-kubeconfig',
    reason: ({ context, why }) =>
      `A certificate or key for the context "${context}" in the kubeconfig cannot be read (${why}).`,
    remedy: () => 'Fix the kubeconfig, or get a new one from the operator of the cluster.',
  },
  {
    when: ({ proxy, code }) => proxy !== undefined && isUntrusted(code),
    type: 'cluster-unreachable',
    reason: unreachableReason,
    remedy: () =>
      'Its certificate is not the one that the kubeconfig trusts. Where the proxy opens encrypted connections, have it leave this one alone, or name the server in `NO_PROXY` if it is reached directly; else refresh the kubeconfig.',
  },
  {
    when: ({ code }) => /CERT|SELF_SIGNED|ALTNAME|SSL|TLS|UNABLE_TO_VERIFY/.test(code),
    type: 'cluster-unreachable',
    reason: unreachableReason,
    remedy: () => 'Its certificate is not the one that the kubeconfig trusts: refresh the kubeconfig.',
  },
  {
    when: ({ proxy }) => proxy !== undefined,
    type: 'cluster-unreachable',
    reason: unreachableReason,
    remedy: () =>
      'Check the proxy (`proxy-url` in the kubeconfig, or `HTTPS_PROXY`), and that the cluster runs; name the server in `NO_PROXY` if it is reached directly.',
  },
  {
    when: () => true,
    type: 'cluster-unreachable',
    reason: unreachableReason,
    remedy: () =>
      'Check that the cluster runs and the network to it (VPN, allow-list), then run the same command again; for the local platform: `nx run local-platform:up`.',
  },
];

/** Returns the error for a server that gives no answer, or the reason for which the caller stopped waiting. */
export function unreachable({ server, context, proxy }: Server, cause: unknown, signal?: AbortSignal): Error {
  if (signal?.aborted && signal.reason instanceof Error) return signal.reason;
  const { name, code, message } = cause as { name?: string; code?: string; message?: string };
  const isLate = name === 'TimeoutError' || name === 'AbortError';
  const why = throughProxy(isLate ? 'no answer in time' : (code ?? message ?? String(cause)), proxy);
  const lost = { server, context, proxy, why, code: String(code), cause };
  // The last rule matches all.
  return refusalBy(unreachableRules, lost, { doing: `reach the cluster ${context}`, cause })!;
}

/** Returns the refusal for an address at which something other than an API server answers: a login page, a proxy. */
export function noApiServer({ server, context, proxy }: Server, body: string): Refusal {
  const through = proxy === undefined ? '' : ` through the proxy ${describeProxy(proxy)}`;
  return new Refusal({
    type: 'cluster-unreachable',
    doing: `reach the cluster ${context}`,
    reason: `What answers at ${server}${through} is no API server.`,
    remedy:
      'Check the address in the kubeconfig, with its path, and what stands before it (a proxy, a login page, a VPN), then run the same command again.',
    evidence: [body.trim().replace(/\s+/g, ' ').slice(0, 200)],
  });
}

/** An answer of the API server that is an error, and what it is about. */
interface ErrorAnswer extends Server {
  readonly code: number;
  readonly message: string;
  readonly causes: readonly StatusCause[];
  /** The object that was sent. */
  readonly object: KubernetesObject | undefined;
}

/** Returns a sentence that begins with the object, where there is one. */
function about({ object }: Pick<ErrorAnswer, 'object'>, text: string): string {
  if (object !== undefined) return `${describeObject(object)}: ${text}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Verb, resource and group that the account lacks the right to. */
function missingRight({ message }: ErrorAnswer): { verb: string; resource: string; inGroup: string } | undefined {
  const [, verb, resource, group] = /cannot (\w+) resource "([^"]+)"(?: in API group "([^"]*)")?/.exec(message) ?? [];
  if (verb === undefined || resource === undefined) return undefined;
  return { verb, resource, inGroup: group ? `.${group}` : '' };
}

/** The ValidatingAdmissionPolicy that refuses something, and why. */
function policyOf({ message }: Pick<ErrorAnswer, 'message'>): { name: string; message: string } | undefined {
  const denial = /ValidatingAdmissionPolicy '([^']+)' with binding '[^']*' denied request: (.+)/s.exec(message);
  return denial ? { name: denial[1]!, message: denial[2]! } : undefined;
}

/** Reports whether the server could not even decode what was sent, which it calls an error of its own (500). */
export function isUndecodable({ message }: { readonly message: string }): boolean {
  return /typed patch object|unable to convert unstructured object/.test(message);
}

/** Reports whether the object is invalid. */
const isInvalid = (answer: ErrorAnswer) => answer.code === 422 || answer.code === 400 || isUndecodable(answer);
const isImmutable = ({ message }: ErrorAnswer) =>
  /field is immutable|may not change once set|may not be (changed|updated)|cannot be changed/.test(message);
/** Fields that only the server's defaults have set stay when a manifest names another strategy: nobody gives them up. */
const isDefaultStrategyLeft = ({ message, object }: ErrorAnswer) =>
  /spec\.(?:strategy|updateStrategy)\.rollingUpdate: (?:Forbidden|Invalid value)/.test(message) &&
  fieldAt(object, 'spec', strategyOf(object), 'rollingUpdate') === undefined;
const strategyOf = (object: ErrorAnswer['object']) => (object?.kind === 'StatefulSet' ? 'updateStrategy' : 'strategy');
const otherStrategy = (object: ErrorAnswer['object']) => (object?.kind === 'StatefulSet' ? 'OnDelete' : 'Recreate');
const rejected = (answer: ErrorAnswer) => about(answer, `the cluster rejected it. ${sentence(answer.message)}`);
const causeLines = ({ causes }: ErrorAnswer) =>
  causes.length > 1 ? causes.map(({ field = '', message = '' }) => `${field}: ${message}`) : [];

/** Returns the command that sets the strategy of a workload, without what was there before. */
function strategyPatch(object: ErrorAnswer['object']): string {
  const { name = 'NAME', namespace = 'NAMESPACE' } = object?.metadata ?? {};
  const strategy = { type: otherStrategy(object), rollingUpdate: null };
  const patch = JSON.stringify({ spec: { [strategyOf(object)]: strategy } });
  const kind = object?.kind.toLowerCase() ?? 'deployment';
  return `kubectl patch ${kind} ${name} --namespace=${namespace} --type=merge --patch='${patch}'`;
}

/** The meaning of errors that the caller does not expect, in the words of the API server. */
export const answerRules: readonly ErrorRule<ErrorAnswer>[] = [
  {
    when: ({ code }) => code === 401,
    type: 'cluster-login',
    reason: ({ context }) => `Authentication to cluster ${context} failed (401).`,
    remedy: () => 'Log in again, or refresh the kubeconfig.',
  },
  {
    when: (answer) => answer.code === 403 && missingRight(answer) !== undefined,
    type: 'forbidden',
    reason: (answer) => {
      const { verb, resource, inGroup } = missingRight(answer)!;
      const right = `${verb} ${resource}${inGroup} in the cluster ${answer.context}`;
      return about(answer, `this account may not ${right}. ${sentence(answer.message)}`);
    },
    remedy: (answer) => {
      const { verb, resource } = missingRight(answer)!;
      return `Give it the verb "${verb}" on "${resource}" (${provisioningFolder}), or use another context.`;
    },
  },
  {
    when: (answer) => policyOf(answer) !== undefined,
    type: 'not-admitted',
    reason: (answer) => about(answer, sentence(policyOf(answer)!.message)),
    remedy: (answer) =>
      `Change what it names, or the cluster's policy ${policyOf(answer)!.name} (${provisioningFolder}).`,
  },
  {
    // Policies of the cluster itself answer 422, webhooks whatever they like.
    when: ({ code, message }) => code === 403 || /\bdenied (the )?request\b/.test(message),
    type: 'not-admitted',
    reason: ({ object, message }) =>
      `${object === undefined ? 'The request' : describeObject(object)} was rejected by an admission policy or quota: ${sentence(message)}`,
    remedy: () => 'Change the manifest or the policy.',
  },
  {
    when: ({ message }) => unknownFieldIn(message) !== undefined,
    type: 'unknown-field',
    reason: (answer) => about(answer, `there is no field "${unknownFieldIn(answer.message)}" in this kind.`),
    remedy: ({ object }) =>
      `Correct its name or its place (\`kubectl explain ${object?.kind.toLowerCase() ?? '…'}\` shows the fields).`,
  },
  {
    when: (answer) => isInvalid(answer) && isImmutable(answer),
    type: 'bad-object',
    reason: rejected,
    remedy: () => 'That field can never change: undo the change, or give the object another name.',
    evidence: causeLines,
  },
  {
    when: (answer) => isInvalid(answer) && isDefaultStrategyLeft(answer),
    type: 'bad-object',
    reason: (answer) =>
      about(
        answer,
        `its strategy would be ${otherStrategy(answer.object)}, and the cluster has kept its own default \`rollingUpdate\` of before.`,
      ),
    remedy: ({ object }) => `Run \`${strategyPatch(object)}\` once, then the same command again.`,
    evidence: ({ message }) => [message],
  },
  {
    when: isInvalid,
    type: 'bad-object',
    reason: rejected,
    remedy: () => 'Fix the manifest and run the same command again; nothing was changed.',
    evidence: causeLines,
  },
];

/** Returns an answer that the caller does not expect as an error that a user can act on. Other errors stay as they are. */
export function explainApiError(error: unknown, doing: string, server: Server, object?: KubernetesObject): unknown {
  if (!(error instanceof ApiError)) return error;
  const { code, message, causes } = error;
  const answer = { server: server.server, context: server.context, code, message, causes, object };
  return (
    refusalBy(answerRules, answer, { doing, cause: error }) ??
    new Failure({
      doing,
      cause: error,
      type: 'cluster-fails',
      reason: about(answer, `the cluster answered with ${code}. ${sentence(message)}`),
      remedy: 'Run the same command again; it continues where this one stopped.',
    })
  );
}

/** The field that an object has and its kind does not, in the words of two parsers. */
function unknownFieldIn(message: string): string | undefined {
  const strict = /unknown field "([^"]+)"/.exec(message)?.[1];
  return strict ?? /\.?([\w.[\]"=/-]+): field not declared in schema/.exec(message)?.[1];
}
