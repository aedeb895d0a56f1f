import { ArmError, fieldError } from '../management/arm-error.ts';
import { Entities } from '../management/entities.ts';
import { entityRoutes } from '../management/entity-routes.ts';
import { textOf, type Properties, type Routes } from '../management/management-request.ts';

const neededName: Readonly<Record<string, string | undefined>> = {
  Header: 'versionHeaderName',
  Query: 'versionQueryName',
};

/** Version sets: APIs that are versions of one another. */
export class VersionSets {
  readonly entities = new Entities('API version set');
  readonly routes: Routes;

  /** @param members the names of the APIs in a set. */
  constructor(base: string, members: (versionSet: string) => readonly string[]) {
    this.routes = entityRoutes({
      base,
      collection: 'apiVersionSets',
      parameter: 'versionSetId',
      entities: this.entities,
      accept: ({ properties }, existing) => {
        const merged: Properties = { ...existing?.properties, ...properties };
        const scheme = textOf(merged, 'versioningScheme') ?? '';
        if (!['Segment', 'Header', 'Query'].includes(scheme))
          throw fieldError('versioningScheme', 'Versioning scheme must be Segment, Query or Header.');
        const needed = neededName[scheme];
        if (needed !== undefined && textOf(merged, needed) === undefined)
          throw fieldError(needed, `${needed} is required.`);
        return merged;
      },
      checkUnused: ({ name }) => {
        const names = members(name);
        if (names.length === 0) return;
        throw new ArmError(400, 'ValidationError', `The version set has APIs: ${names.join(', ')}.`);
      },
    });
  }
}
