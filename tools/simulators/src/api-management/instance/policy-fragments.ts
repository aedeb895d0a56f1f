import { Entities } from '../management/entities.ts';
import { checkNoReference, entityRoutes, type Reference } from '../management/entity-routes.ts';
import { inFormat } from './policy-document.ts';
import { textOf, type Properties, type Routes } from '../management/management-request.ts';

/** Fragments: parts of policies that several include. */
export class PolicyFragments {
  readonly entities = new Entities('Policy fragment');
  readonly routes: Routes;

  /** @param check throws when the text is no fragment. */
  constructor(base: string, references: () => readonly Reference[], check: (properties: Properties) => void) {
    this.routes = entityRoutes({
      base,
      collection: 'policyFragments',
      parameter: 'id',
      entities: this.entities,
      isLongRunning: true,
      accept: ({ properties }) => {
        check(properties);
        return { format: 'xml', ...properties };
      },
      read: (properties, { query }) => inFormat(properties, query.get('format')),
      checkUnused: ({ name }) =>
        checkNoReference('Policy fragment', name, references(), (text) =>
          new RegExp(`fragment-id\\s*=\\s*["']${name}["']`).test(text),
        ),
    });
  }

  /** The texts of the fragments, which refer to named values and backends. */
  get references(): Reference[] {
    return [...this.entities.all.values()].map(({ name, properties }) => ({
      from: `policyFragments/${name}`,
      text: textOf(properties, 'value') ?? '',
    }));
  }
}
