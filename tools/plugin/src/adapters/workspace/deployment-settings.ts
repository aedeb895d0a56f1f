import { Refusal } from '../../model/errors/product-error.ts';
import { isReason } from '../../model/manifests/rules/downtime/downtime-exceptions.ts';
import type { Service } from './service.ts';

/** What a project says of how its service is deployed, for every command that does. */
export interface DeploymentSettings {
  /** The container that gets the image. */
  readonly container: string | undefined;
  /** Why its requests may fail while it is released. */
  readonly downtimeReason: string | undefined;
}

/** Reads it in the options of the targets `release` and `docker-release`. @throws {Refusal} for what cannot be meant. */
export function deploymentSettings({
  name,
  releaseOptions,
  imageOptions,
}: Pick<Service, 'name' | 'releaseOptions' | 'imageOptions'>): DeploymentSettings {
  const container = releaseOptions['container'] ?? imageOptions['container'];
  if (container !== undefined && (typeof container !== 'string' || container === ''))
    throw badSetting(name, 'container', container, 'Write the name of a container.');
  const reason = releaseOptions['allowDowntime'];
  // As a switch it is an option of one command.
  if (typeof reason !== 'string' || /^(true|false)$/.test(reason)) return { container, downtimeReason: undefined };
  if (isReason(reason.trim())) return { container, downtimeReason: reason.trim() };
  throw badSetting(name, 'allowDowntime', reason, 'Write a sentence of 300 characters at most that says why.');
}

function badSetting(name: string, option: string, value: unknown, remedy: string): Refusal {
  return new Refusal({
    type: 'bad-option',
    doing: `read how ${name} is deployed`,
    reason: `The option \`${option}\` of its targets is ${JSON.stringify(value).slice(0, 80)}.`,
    remedy,
  });
}
