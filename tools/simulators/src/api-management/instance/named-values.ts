import { ArmError, fieldError } from '../management/arm-error.ts';
import { Entities } from '../management/entities.ts';
import { checkNoReference, entityRoutes, type Reference } from '../management/entity-routes.ts';
import { textOf, type Properties, type Routes } from '../management/management-request.ts';

/** Named values: what policies write as `{{display-name}}`. */
export class NamedValues {
  readonly entities = new Entities('Property');
  readonly routes: Routes;

  constructor(base: string, references: () => readonly Reference[]) {
    this.routes = {
      ...entityRoutes({
        base,
        collection: 'namedValues',
        parameter: 'namedValueId',
        entities: this.entities,
        isLongRunning: true,
        accept: ({ method, values, properties }, existing) => {
          // PUT puts all of it.
          const kept = method === 'PATCH' ? existing?.properties : {};
          const merged: Properties = { secret: false, ...kept, ...properties };
          this.check(values['namedValueId'] ?? '', merged);
          return merged;
        },
        show: withoutSecret,
        checkUnused: ({ name, properties }) => {
          const written = `{{${textOf(properties, 'displayName')}}}`;
          checkNoReference('Named value', name, references(), (text) => text.replaceAll(/\s/g, '').includes(written));
        },
      }),
      'POST namedValues/{namedValueId}/listValue': ({ values }) => {
        const { properties, etag } = this.entities.get(values['namedValueId'] ?? '');
        return { state: 'done', status: 200, etag, body: { value: properties['value'] ?? '' } };
      },
    };
  }

  /** Reports whether a policy may write `{{name}}`. */
  has(displayName: string): boolean {
    return [...this.entities.all.values()].some(({ properties }) => properties['displayName'] === displayName);
  }

  private check(name: string, properties: Properties): void {
    const displayName = textOf(properties, 'displayName') ?? '';
    const isTaken = [...this.entities.all.values()].some(
      (each) => each.name !== name && each.properties['displayName'] === displayName,
    );
    if (isTaken)
      throw new ArmError(400, 'ValidationError', `Property with the same name already exists: '${displayName}'.`);
    if (properties['keyVault'] !== undefined && properties['secret'] !== true)
      throw fieldError('secret', 'A value from a key vault must be secret.');
    if (properties['keyVault'] !== undefined && properties['value'] !== undefined)
      throw fieldError('value', 'A value from a key vault has no value of its own.');
    if (properties['keyVault'] === undefined && (textOf(properties, 'value') ?? '') === '')
      throw fieldError('value', 'Value must not be empty.');
  }
}

/** A secret's value is shown by `listValue` alone. */
function withoutSecret({ value, ...rest }: Properties): Properties {
  return rest['secret'] === true || value === undefined ? rest : { ...rest, value };
}
