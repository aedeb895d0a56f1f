import { readOperations, type DescribedOperation, type Description } from './description.ts';
import { checkHandlers, type Handlers } from './operations.ts';
import { Validation } from './validation.ts';

/** An API of a service, or one version of it. */
export interface ServiceApi {
  /** Its `openapi.yaml`: `import description from '../openapi.yaml'`. */
  readonly description: Description;
  /** The handlers of its operations, by `operationId`. */
  readonly operations: Handlers;
}

/** An API as it is served. */
interface ServedApi {
  /** With the paths at which they are served: `/v2/orders`. */
  readonly operations: readonly DescribedOperation[];
  readonly handlers: Handlers;
  readonly validation: Validation;
}

/**
 * Reads the descriptions of a service's API and of its other versions.
 * @throws {Error} when a description and its handlers disagree, or a version has a name that no description can have.
 */
export function readApis({
  versions = {},
  ...original
}: ServiceApi & { readonly versions?: Readonly<Record<string, ServiceApi>> }): ServedApi[] {
  return [readApi(original, ''), ...Object.entries(versions).map(([version, api]) => readApi(api, prefixOf(version)))];
}

/** `openapi.v2.yaml` describes `v2`, whose paths are behind `/v2`. */
function prefixOf(version: string): string {
  if (/^v[1-9]\d{0,2}$/.test(version)) return `/${version}`;
  throw new Error(`"${version}" is no version of an API: those are called v1, v2 and so on.`);
}

function readApi({ description, operations: handlers }: ServiceApi, prefix: string): ServedApi {
  const operations = readOperations(description);
  checkHandlers(operations, handlers);
  const served = operations.map((operation) => ({ ...operation, path: `${prefix}${operation.path}` }));
  return { operations: served, handlers, validation: new Validation(description) };
}
