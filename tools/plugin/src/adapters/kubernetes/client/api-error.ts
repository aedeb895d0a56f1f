import { describeObject, type KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { Failure, Refusal } from '../../../model/errors/product-error.ts';

/** One reason in a `Status` of the API server. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** An answer of the API server that is no success. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status. */
  readonly code: number;
  /** `NotFound`, `Conflict`, `Forbidden`. */
  readonly reason: string;
  readonly causes: readonly StatusCause[];

  constructor(code: number, body: string) {
    const status = statusIn(body);
    super(status.message ?? (body.trim().slice(0, 300) || `HTTP ${code}`));
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

/** Which cluster it was, for messages. */
interface Server {
  readonly server: string;
  readonly context: string;
}

/** The error for a server that gives no answer. */
export function unreachable({ server, context }: Server, cause: unknown, signal?: AbortSignal): Error {
  if (signal?.aborted && signal.reason instanceof Error) return signal.reason;
  const { name, code, message } = cause as { name?: string; code?: string; message?: string };
  const why =
    name === 'TimeoutError' || name === 'AbortError' ? 'no answer in time' : (code ?? message ?? String(cause));
  const untrusted = /CERT|SELF_SIGNED|ALTNAME|SSL|TLS|UNABLE_TO_VERIFY/.test(String(code));
  return new Refusal({
    type: 'cluster-unreachable',
    doing: `reach the cluster ${context}`,
    reason: `Its API server ${server} could not be reached (${why}).`,
    remedy: untrusted
      ? 'Its certificate is not the one that the kubeconfig trusts: get the kubeconfig anew.'
      : 'Check that the cluster runs and the network to it (VPN, allow-list), then run the same command again; for the local platform: "nx run local-platform:up".',
    cause,
  });
}

/** Makes an answer that nobody expected one that a person can act on. Other errors stay what they are. */
export function explainApiError(error: unknown, doing: string, server: Server, object?: KubernetesObject): unknown {
  if (!(error instanceof ApiError)) return error;
  const facts = { doing, cause: error };
  const what = object === undefined ? '' : `${describeObject(object)}: `;
  if (error.code === 401)
    return new Refusal({
      ...facts,
      type: 'cluster-login',
      reason: `The cluster ${server.context} does not accept who we say we are (401).`,
      remedy: 'Log in to the cluster again, or get the kubeconfig anew.',
    });
  const denied = /cannot (\w+) resource "([^"]+)"(?: in API group "([^"]*)")?/.exec(error.message);
  if (error.code === 403 && denied) {
    const [, verb, resource, group] = denied;
    return new Refusal({
      ...facts,
      type: 'forbidden',
      reason: `${what}this account may not ${verb} ${resource}${group ? `.${group}` : ''} in the cluster ${server.context}. ${sentence(error.message)}`,
      remedy: `Give it the verb "${verb}" on "${resource}" (Infrastructure/kubernetes), or use another context.`,
    });
  }
  if (error.code === 403)
    return new Refusal({
      ...facts,
      type: 'not-admitted',
      reason: `${what}the cluster does not admit it. ${sentence(error.message)}`,
      remedy: "Mend the manifest, or the cluster's quota or policy that says so.",
    });
  const field = unknownFieldIn(error.message);
  if (field !== undefined)
    return new Refusal({
      ...facts,
      type: 'unknown-field',
      reason: `${what}there is no field "${field}" in this kind.`,
      remedy: `Correct its name or its place (kubectl explain ${object?.kind.toLowerCase() ?? '…'} shows what there is).`,
    });
  // What the server cannot even read into its kind it calls an error of its own.
  const unreadable = /typed patch object|unable to convert unstructured object/.test(error.message);
  if (error.code === 422 || error.code === 400 || unreadable) {
    const immutable = /field is immutable/.test(error.message);
    const lines = error.causes.map(({ field: at = '', message = '' }) => `${at}: ${message}`);
    return new Refusal({
      ...facts,
      type: 'bad-object',
      reason: `${what}the cluster refuses it. ${sentence(error.message)}`,
      remedy: immutable
        ? 'That field can never change: undo the change, or give the object another name.'
        : 'Mend the manifest and run the same command again; nothing was changed.',
      ...(lines.length > 1 ? { evidence: lines } : {}),
    });
  }
  return new Failure({
    ...facts,
    type: 'cluster-fails',
    reason: `${what}the cluster answered with ${error.code}. ${sentence(error.message)}`,
    remedy: 'Run the same command again; it goes on where this one stopped.',
  });
}

/** The field that an object has and its kind does not, in the words of two parsers. */
function unknownFieldIn(message: string): string | undefined {
  const strict = /unknown field "([^"]+)"/.exec(message)?.[1];
  return strict ?? /\.?([\w.[\]"=/-]+): field not declared in schema/.exec(message)?.[1];
}

function sentence(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
