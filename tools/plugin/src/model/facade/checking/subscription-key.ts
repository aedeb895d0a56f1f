import type { ApiManagement } from '../../environment/environment.ts';

/** A key of API Management, with which clients show who they are. Its text gets into no line and no record. */
export class SubscriptionKey {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** @returns the key that a text denotes, or undefined when it denotes none. */
  static parse(text: string | undefined): SubscriptionKey | undefined {
    const trimmed = text?.trim() ?? '';
    return /^[\x21-\x7e]{1,512}$/.test(trimmed) ? new SubscriptionKey(trimmed) : undefined;
  }

  /** Returns the header that shows it. */
  header(name: string): Record<string, string> {
    return { [name]: this.#text };
  }
}

/** The key that a check calls with. */
export interface CheckKey {
  /** The environment variable that holds it; undefined where the environment names none. */
  readonly variable: string | undefined;
  /** Undefined where that variable holds none. */
  readonly key: SubscriptionKey | undefined;
}

/** Returns the key that an environment's checks call with. @param variables those of this process. */
export function checkKeyOf(
  { keyVariable: variable }: Pick<ApiManagement, 'keyVariable'>,
  variables: Readonly<Record<string, string | undefined>>,
): CheckKey {
  if (variable === undefined) return { variable, key: undefined };
  const text = variables[variable];
  // A variable that Azure DevOps does not have stays in a pipeline as it is written there.
  return { variable, key: text === `$(${variable})` ? undefined : SubscriptionKey.parse(text) };
}
