import { Refusal } from '../../errors/product-error.ts';
import { describeEntity, differingFields, entityKey } from './instance-entity.ts';
import { instanceFolder, type InstanceConfiguration } from './read-instance-files.ts';

/** An environment's part of an instance, by the environment's name. */
export interface NamedConfiguration {
  readonly environment: string;
  readonly configuration: InstanceConfiguration;
}

/**
 * Refuses what two environments of one instance would have otherwise: an instance has it once, so that whoever is provisioned
 * last would have it. Each has a fallback API of its own. @throws {Refusal} naming all of it.
 */
export function refuseContested(
  instance: string,
  { environment, configuration }: NamedConfiguration,
  others: readonly NamedConfiguration[],
): void {
  const own = new Map(configuration.entities.map((each) => [entityKey(each), each]));
  const mistakes = others.flatMap((other) =>
    other.configuration.entities.flatMap((entity) => {
      const twin = entity.kind === 'fallback' ? undefined : own.get(entityKey(entity));
      const [field] = twin ? differingFields(twin, entity) : [];
      if (!twin || field === undefined) return [];
      const valueIn = (name: string, text = '') => `"${text.slice(0, 80)}" in ${name}`;
      return [
        `The ${describeEntity(entity)} would be ${valueIn(environment, twin.content[field])} and ${valueIn(other.environment, entity.content[field])} (${field}), and ${instance} has it once.`,
      ];
    }),
  );
  if (mistakes.length === 0) return;
  throw new Refusal({
    type: 'bad-facade-configuration',
    doing: `read ${instanceFolder}`,
    reason: mistakes.length === 1 ? mistakes[0]! : `There are ${mistakes.length} mistakes.`,
    remedy:
      'Write it without variables that differ between environments of one instance, or give each environment an instance.',
    ...(mistakes.length === 1 ? {} : { evidence: mistakes }),
  });
}
