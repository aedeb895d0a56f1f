import { fieldError } from '../management/arm-error.ts';
import { Entities } from '../management/entities.ts';
import { checkNoReference, entityRoutes, type Reference } from '../management/entity-routes.ts';
import { textOf, type Properties, type Routes } from '../management/management-request.ts';

/** Backends: addresses that policies send calls to. The simulator keeps them, and sends nothing to them. */
export class Backends {
  readonly entities = new Entities('Backend');
  readonly routes: Routes;

  constructor(base: string, references: () => readonly Reference[]) {
    this.routes = entityRoutes({
      base,
      collection: 'backends',
      parameter: 'backendId',
      entities: this.entities,
      accept: ({ properties }, existing) => {
        const merged: Properties = { ...existing?.properties, ...properties };
        if (!['http', 'soap'].includes(textOf(merged, 'protocol') ?? ''))
          throw fieldError('protocol', 'Protocol must be http or soap.');
        if (!URL.canParse(textOf(merged, 'url') ?? '')) throw fieldError('url', 'Url must be an absolute address.');
        return merged;
      },
      checkUnused: ({ name }) =>
        checkNoReference('Backend', name, references(), (text) =>
          new RegExp(`backend-id\\s*=\\s*["']${name}["']`).test(text),
        ),
    });
  }
}
