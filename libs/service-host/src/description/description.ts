/** An OpenAPI 3.1 description: what `import description from '../openapi.yaml'` gives. */
export type Description = Readonly<Record<string, unknown>>;

const methods = ['GET', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH', 'TRACE'] as const;

/** By media type, where its schema stands in the description (`#/components/schemas/Order`), if it has one. */
export type Contents = ReadonlyMap<string, string | undefined>;

/** One operation of a description. */
export interface DescribedOperation {
  readonly id: string;
  readonly method: (typeof methods)[number];
  /** As in the description: `/orders/{id}`. */
  readonly path: string;
  readonly parameters: readonly DescribedParameter[];
  readonly body?: { readonly isRequired: boolean; readonly contents: Contents };
  /** What is answered, by status: `201`, `4XX`, `default`. */
  readonly answers: ReadonlyMap<string, Contents>;
}

/** A value in the path, the query or a header. */
export interface DescribedParameter {
  readonly name: string;
  readonly in: string;
  readonly isRequired: boolean;
  readonly schema?: string;
}

/**
 * Reads the operations of a description.
 * @throws {Error} saying what is wrong with the description, and where.
 */
export function readOperations(description: Description): DescribedOperation[] {
  const version = String(description['openapi']);
  if (!version.startsWith('3.1.')) throw new Error(`The description must be OpenAPI 3.1, not ${version}.`);
  const root = new Place(description, description, '#');
  const operations = (root.at('paths')?.entries() ?? []).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item.at(method.toLowerCase());
      return operation ? [readOperation(method, path, item, operation)] : [];
    }),
  );
  const twice = operations.find(({ id }, index) => operations.findIndex((other) => other.id === id) !== index);
  if (twice) throw new Error(`The description has two operations with the operationId "${twice.id}".`);
  return operations;
}

function readOperation(
  method: DescribedOperation['method'],
  path: string,
  item: Place,
  operation: Place,
): DescribedOperation {
  const id = operation.value['operationId'];
  if (typeof id !== 'string') throw new Error(`${method} ${path} has no operationId in the description.`);
  // Those of an operation win over those of its path.
  const parameters = [item, operation].flatMap((place) => place.at('parameters')?.entries() ?? []).map(readParameter);
  const body = operation.at('requestBody');
  return {
    id,
    method,
    path,
    parameters: [...new Map(parameters.map((parameter) => [`${parameter.in} ${parameter.name}`, parameter])).values()],
    ...(body && { body: { isRequired: body.value['required'] === true, contents: readContents(body) } }),
    answers: new Map(
      (operation.at('responses')?.entries() ?? []).map(([status, answer]) => [status, readContents(answer)]),
    ),
  };
}

function readParameter([, place]: [string, Place]): DescribedParameter {
  const { name, in: where, required } = place.value;
  const schema = place.at('schema', false)?.pointer;
  return { name: String(name), in: String(where), isRequired: required === true, ...(schema && { schema }) };
}

function readContents(place: Place): Contents {
  const contents = place.at('content')?.entries() ?? [];
  return new Map(contents.map(([type, content]) => [type.toLowerCase(), content.at('schema', false)?.pointer]));
}

/** A place in a description. */
class Place {
  readonly value: Readonly<Record<string, unknown>>;
  /** Where it stands: `#/paths/~1orders/get`. */
  readonly pointer: string;
  readonly #description: Description;

  constructor(description: Description, value: unknown, pointer: string) {
    if (typeof value !== 'object' || value === null)
      throw new Error(`The description has no object at ${decodeURIComponent(pointer)}.`);
    this.#description = description;
    this.value = value as Record<string, unknown>;
    this.pointer = pointer;
  }

  /**
   * Returns the place under a key, or undefined when there is none.
   * @param follows whether the place that a `$ref` names is meant.
   */
  at(key: string, follows = true): Place | undefined {
    if (!Object.hasOwn(this.value, key) || this.value[key] === undefined) return undefined;
    const pointer = `${this.pointer}/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`;
    const place = new Place(this.#description, this.value[key], pointer);
    const reference = place.value['$ref'];
    return follows && typeof reference === 'string' ? this.#find(reference) : place;
  }

  /** The places under all keys, except for extensions (`x-…`). */
  entries(): [string, Place][] {
    return Object.keys(this.value)
      .filter((key) => !key.startsWith('x-'))
      .map((key) => [key, this.at(key)!]);
  }

  #find(reference: string): Place {
    const [start, ...keys] = reference.split('/');
    if (start !== '#') throw new Error(`The description refers to "${reference}", which lies outside of it.`);
    let place: Place | undefined = new Place(this.#description, this.#description, '#');
    for (const key of keys) place = place?.at(decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~'));
    if (!place) throw new Error(`The description refers to "${reference}", which it does not have.`);
    return place;
  }
}
