import { getProjects, type Tree } from '@nx/devkit';
import { posix } from 'node:path';
import { booleanReader, maybe } from '../../executors/options/declare-options.ts';
import { readOptions, type RawOptions } from '../../executors/options/options.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { parseServiceName } from '../../../model/release/service-name.ts';
import { rejectExtraArguments } from '../extra-arguments.ts';
import { text } from '../text-option.ts';
import { placeOf, type Place } from './place.ts';
import { parseCalls } from './calls.ts';
import type { Call } from '../callers-file.ts';
import { stackNamed, type Stack } from './stack.ts';

/** A service that can be added. */
export interface ServiceRequest extends Place {
  readonly name: string;
  readonly stack: Stack;
  readonly port: number;
  readonly apiSuffix: string;
  /** Undefined: as the workspace has it. */
  readonly tags: readonly string[] | undefined;
  /** True when the gateway leads to it; undefined: where the environments have one. */
  readonly route: boolean | undefined;
  /** Of services that are there. */
  readonly calls: readonly Call[];
}

/** Words that YAML reads as something else than a text, so that manifests would not say what was meant. */
const yamlWords = ['true', 'false', 'null', 'yes', 'no', 'on', 'off', 'y', 'n'];

/** @throws {Refusal} for the first thing that cannot be; nothing was written then. */
export function parseServiceRequest(tree: Tree, raw: RawOptions): ServiceRequest {
  const doing = `add the service ${String(raw['name'] ?? '')}`.trimEnd();
  rejectExtraArguments(raw, doing);
  const options = readOptions(
    raw,
    { name: text(''), stack: text('node'), port: text('8080'), apiSuffix: text(''), calls: text(''), ...placing },
    { doing },
  );
  const [, scope = '', ownName = ''] = /^(?:(@[^/]+)\/)?(.*)$/s.exec(options.name) ?? [];
  const name = parseServiceName(ownName, doing);
  if (yamlWords.includes(name)) {
    throw new Refusal({
      type: 'bad-service-name',
      doing,
      reason: `YAML does not read "${name}" as a text.`,
      remedy: 'Choose another name.',
    });
  }
  const place = placeOf(tree, { name, scope, directory: parseDirectory(options.directory, doing) });
  const { project, root } = place;
  const request = {
    ...place,
    name,
    tags: options.tags === undefined ? undefined : parseTags(options.tags),
    route: options.route,
    stack: stackNamed(options.stack, doing),
    port: parsePort(options.port, doing),
    apiSuffix: parseApiSuffix(options.apiSuffix || name, doing),
    calls: parseCalls(tree, name, options.calls, doing),
  };
  const projects = getProjects(tree);
  const twin = projects.get(project) ?? projects.get(name);
  if (twin || tree.exists(root)) {
    throw new Refusal({
      type: 'service-exists',
      doing,
      reason: twin ? `The project ${name} exists already, in ${twin.root}.` : `The folder ${root} exists already.`,
      remedy: `Choose another name, or remove it first${twin ? ` (nx g @poc/plugin:remove-service ${name})` : ''}.`,
    });
  }
  return request;
}

const placing = { directory: text(''), tags: maybe(text('')), route: maybe(booleanReader) };

function parseTags(tags: string): string[] {
  return tags.split(',').flatMap((tag) => tag.trim() || []);
}

function parseDirectory(directory: string, doing: string): string {
  const normal = posix.normalize(directory.replaceAll('\\', '/'));
  if (directory === '' || /^(?!\/|\.\.?(\/|$))[\w@.+/-]+$/.test(normal)) return directory === '' ? '' : normal;
  throw new Refusal({
    type: 'bad-option',
    doing,
    reason: `"${directory}" cannot be its folder.`,
    remedy: 'Name a folder below the root of the workspace, with letters, digits, "-", "_", "." and "/".',
  });
}

/** Where every service has its metrics, and nothing else (`METRICS_PORT`). */
const metricsPort = 9464;

function parsePort(port: string, doing: string): number {
  const number = /^\d+$/.test(port) ? Number(port) : NaN;
  if (number === metricsPort)
    throw new Refusal({
      type: 'bad-port',
      doing,
      reason: `"${port}" cannot be its port: its metrics are there.`,
      remedy: 'Choose another whole number from 1024 to 65535.',
    });
  if (number >= 1024 && number <= 65_535) return number;
  throw new Refusal({
    type: 'bad-port',
    doing,
    reason: `"${port}" cannot be its port.`,
    remedy: 'Choose a whole number from 1024 to 65535; lower ones are for root, which services do not run as.',
  });
}

function parseApiSuffix(suffix: string, doing: string): string {
  if (/^[a-z0-9]+(-[a-z0-9]+)*(\/[a-z0-9]+(-[a-z0-9]+)*)*$/.test(suffix)) return suffix;
  throw new Refusal({
    type: 'bad-api-suffix',
    doing,
    reason: `"${suffix}" cannot be the path of its API.`,
    remedy: 'Choose lower-case words with "-" and "/" between them, such as "shipping/v1".',
  });
}
