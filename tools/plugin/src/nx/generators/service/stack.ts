import { didYouMean } from '../../../model/text/did-you-mean.ts';
import { Refusal } from '../../../model/errors/product-error.ts';

/** The language and framework of a service. */
export interface Stack {
  /** Folders of templates, beside those that every service has. */
  readonly templates: readonly string[];
  readonly memory: { readonly request: string; readonly limit: string };
}

const stacks: Readonly<Record<string, Stack>> = {
  node: { templates: ['node', 'openapi'], memory: { request: '64Mi', limit: '256Mi' } },
  go: { templates: ['go', 'openapi'], memory: { request: '24Mi', limit: '64Mi' } },
  python: { templates: ['python', 'openapi'], memory: { request: '48Mi', limit: '128Mi' } },
  dotnet: { templates: ['dotnet', 'openapi'], memory: { request: '128Mi', limit: '256Mi' } },
  none: { templates: ['none'], memory: { request: '64Mi', limit: '256Mi' } },
};

/** The files of a Node service where the workspace has no HTTP host of its own: it brings one along. */
export const nodeAlone = ['node-alone', 'openapi'];

/** @throws {Refusal} naming those that there are. */
export function stackNamed(name: string, doing: string): Stack {
  const names = Object.keys(stacks);
  const stack = names.includes(name) ? stacks[name] : undefined;
  if (stack) return stack;
  throw new Refusal({
    type: 'no-such-stack',
    doing,
    reason: `There is no stack "${name}".`,
    remedy: didYouMean(name, names) || `Choose one of ${names.join(', ')}; "none" is for any other.`,
  });
}
