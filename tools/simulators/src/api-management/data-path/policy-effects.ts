import type { Element } from '@xmldom/xmldom';
import { parsePolicy, type PolicyDocument } from '../instance/policy-document.ts';
import type { Policy } from '../instance/policies.ts';

/** A policy with where it stands: `apis/orders;rev=2/policies/policy`. */
export interface ScopedPolicy {
  readonly from: string;
  readonly policy: Policy;
}

const documents = new WeakMap<Policy, PolicyDocument>();

/**
 * Returns the headers that policies set on an answer. Of all policies, the simulator carries out one statement:
 * `set-header` in `outbound`, with a text or `@(context.Api.Revision)`; it is what the product's own base policy has.
 *
 * @param scopes from the innermost, the operation's, to the whole instance's; `<base />` stands for the next one.
 * @param revision of the API that answers.
 * @param skipped takes the statements that are kept and not carried out.
 */
export function outboundHeaders(
  scopes: readonly ScopedPolicy[],
  revision: string,
  skipped: Set<string>,
): Record<string, string> {
  const headers: Record<string, string> = {};
  const run = (index: number): void => {
    const scope = scopes[index];
    if (!scope) return;
    const document = documentOf(scope.policy);
    for (const section of ['inbound', 'backend', 'on-error'])
      for (const { nodeName } of document.section(section) ?? [])
        if (nodeName !== 'base' && nodeName !== 'forward-request') skipped.add(`${scope.from}: ${section}/${nodeName}`);
    for (const element of document.section('outbound') ?? []) {
      if (element.nodeName === 'base') run(index + 1);
      else if (!setHeader(element, document, { headers, revision }))
        skipped.add(`${scope.from}: outbound/${element.nodeName}`);
    }
  };
  run(0);
  return headers;
}

function documentOf(policy: Policy): PolicyDocument {
  const known = documents.get(policy) ?? parsePolicy(policy.properties);
  documents.set(policy, known);
  return known;
}

/** Carries a statement out. @returns whether it could. */
function setHeader(
  element: Element,
  document: PolicyDocument,
  { headers, revision }: { readonly headers: Record<string, string>; readonly revision: string },
): boolean {
  const name = element.getAttribute('name');
  const action = element.getAttribute('exists-action') ?? 'override';
  const values = [...element.getElementsByTagName('value')];
  if (element.nodeName !== 'set-header' || name === null || action !== 'override' || values.length !== 1) return false;
  const value = document.written(values[0]!.textContent).trim();
  if (value.startsWith('@') && value !== '@(context.Api.Revision)') return false;
  headers[name] = value.startsWith('@') ? revision : value;
  return true;
}
