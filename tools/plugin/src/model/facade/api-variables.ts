import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { Refusal } from '../errors/product-error.ts';
import { closestName } from '../text/did-you-mean.ts';
import { firstSentence } from '../text/sentence.ts';
import { ApiPath } from './api-path.ts';
import { ApiId, ProductId } from './identifiers.ts';

/** The variables of a service's `pipeline.variables.yml` that are about its API. */
export interface ApiVariables {
  readonly id: ApiId;
  /** As clients read it: `Orders`. */
  readonly name: string;
  readonly path: ApiPath;
  /** Products that have the API, and no others; undefined where the file does not say: then they stay as they are. */
  readonly products: readonly ProductId[] | undefined;
  /** True when nobody may call it without a key. */
  readonly needsKey: boolean;
}

const names = ['apiId', 'apiName', 'apiSuffix', 'apiProducts', 'apiSubscription'];

/**
 * Reads what a service's variables of pipelines say of its API. They are those of Azure DevOps, whose values are texts: a
 * list is one with commas.
 * @throws {Refusal} naming file, line and what is wrong there.
 */
export function readApiVariables(file: string, text: string): ApiVariables {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const refuse = (reason: string, offset = 0) => refusal(`${file}:${lines.linePos(offset).line || 1}: ${reason}`);
  const [mistake] = document.errors;
  if (mistake) throw refuse(`this is not YAML: ${firstSentence(mistake.message)}`, mistake.pos[0]);
  const variables = isMap(document.contents) ? document.get('variables', true) : undefined;
  if (!isMap(variables)) throw refuse('"variables" must be a map of names and texts.');
  const found = new Map<string, Variable>();
  for (const { key, value } of variables.items) {
    if (!isScalar(key)) continue;
    const [name, offset] = [String(key.value), key.range?.[0] ?? 0];
    const meant = names.includes(name) ? undefined : closestName(name, names);
    if (meant !== undefined) throw refuse(`there is no variable "${name}". Did you mean "${meant}"?`, offset);
    if (!names.includes(name)) continue;
    if (!isScalar(value) || value.value === null) throw refuse(`${name} must be a text.`, offset);
    found.set(name, { name, text: value.source ?? String(value.value), offset });
  }
  return new VariablesReader(found, refuse).read();
}

interface Variable {
  readonly name: string;
  readonly text: string;
  readonly offset: number;
}

class VariablesReader {
  private readonly found: ReadonlyMap<string, Variable>;
  private readonly refuse: (reason: string, offset?: number) => Refusal;

  constructor(found: ReadonlyMap<string, Variable>, refuse: (reason: string, offset?: number) => Refusal) {
    this.found = found;
    this.refuse = refuse;
  }

  read(): ApiVariables {
    const id = this.parsed('apiId', (text) => ApiId.parse(text), ApiId.rule);
    const isName = (text: string) => (/^\S(.{0,298}\S)?$/u.test(text) ? text : undefined);
    const name = this.parsed('apiName', isName, 'a text of 1 to 300 characters');
    const path = this.parsed('apiSuffix', (text) => ApiPath.parse(text), 'a path such as "orders" or "shop/orders"');
    const products = this.found.get('apiProducts');
    const subscription = this.found.get('apiSubscription');
    if (subscription && !['required', 'none'].includes(subscription.text))
      throw this.refuse('apiSubscription must be one of required, none.', subscription.offset);
    return {
      ...{ id, name, path, needsKey: subscription?.text !== 'none' },
      products: products && this.products(products),
    };
  }

  private parsed<T>(name: string, parse: (text: string) => T | undefined, rule: string): T {
    const variable = this.found.get(name);
    if (!variable) throw this.refuse(`the variable ${name} is missing.`);
    const value = parse(variable.text);
    if (value === undefined) throw this.refuse(`${name} is "${variable.text}"; it must be ${rule}.`, variable.offset);
    return value;
  }

  private products({ text, offset }: Variable): ProductId[] {
    if (text.trim() === '') return [];
    const ids: ProductId[] = [];
    for (const each of text.split(',').map((part) => part.trim())) {
      const id = ProductId.parse(each);
      if (!id)
        throw this.refuse(`apiProducts has "${each}", which is no id of a product; they stand between commas.`, offset);
      if (!ids.some((other) => other.equals(id))) ids.push(id);
    }
    return ids;
  }
}

function refusal(reason: string): Refusal {
  return new Refusal({
    type: 'bad-pipeline-variables',
    doing: 'read how the API is published',
    reason,
    remedy: 'Fix the file (docs/pipelines.md lists the variables).',
  });
}
