/** Version of an API beside others that stay: `v2` of `openapi.v2.yaml`. `openapi.yaml` has none. */
export class ApiVersion {
  private readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /** @returns the version that the text denotes, or undefined when it denotes none. */
  static parse(text: string): ApiVersion | undefined {
    return /^v[1-9]\d{0,2}$/.test(text) ? new ApiVersion(text) : undefined;
  }

  /** Returns the file that describes the version, of a service's folder. */
  file(): string {
    return `openapi.${this.text}.yaml`;
  }

  toString(): string {
    return this.text;
  }
}

/** File of a service's folder that describes its API, or that of the API without a version. */
export const apiFile = 'openapi.yaml';

/** Returns the versions that are described beside `openapi.yaml`, in their order. @param files names in the service's folder. */
export function apiVersionsAmong(files: readonly string[]): ApiVersion[] {
  return files
    .map((file) => ApiVersion.parse(/^openapi\.(.*)\.yaml$/.exec(file)?.[1] ?? ''))
    .filter((version) => version !== undefined)
    .sort((a, b) => Number(a.toString().slice(1)) - Number(b.toString().slice(1)));
}
