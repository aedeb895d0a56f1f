import type { BuildNumber } from '../release/build-number.ts';
import type { ApiDocument } from '../changes/api/api-document.ts';
import type { ApiVersion } from '../facade/api-version.ts';

/** The APIs of an environment, as they were published there. */
export interface Portal {
  readonly environment: string;
  /** When it was read, ISO 8601, UTC. */
  readonly readAt: string;
  /** In alphabetical order. */
  readonly apis: readonly PortalApi[];
  /** Services whose API cannot be shown. */
  readonly hidden: readonly HiddenApi[];
}

/** A release of a service, and the description that it was published with. */
export interface ApiOrigin {
  readonly service: string;
  /** Of `openapi.v2.yaml`; undefined of `openapi.yaml`. */
  readonly version: ApiVersion | undefined;
  readonly buildNumber: BuildNumber;
  readonly commit: string;
  /** Page of the commit at the forge, where that is known. */
  readonly commitUrl: string | undefined;
  /** Built from a working tree with changes that no commit holds: its description may be another one. */
  readonly isDirty: boolean;
}

/** An API that is shown. */
export interface PortalApi extends ApiOrigin {
  /** Where clients call it, without a slash at its end; undefined where no address is known. */
  readonly address: string | undefined;
  /** Header of the clients' key, where the door asks for one. */
  readonly keyHeader: string | undefined;
  /** As the viewer gets it: see `shownDocument`. */
  readonly document: ApiDocument;
}

/** A service whose API is not shown. */
export interface HiddenApi {
  readonly service: string;
  readonly version?: ApiVersion | undefined;
  readonly buildNumber: BuildNumber;
  /** A sentence. */
  readonly reason: string;
  /** True when nothing is wrong with that: it has no API. */
  readonly hasNone?: boolean;
}

/** Returns the name of an API that no other one of the environment has, and that may be part of an address: `orders.v2`. */
export function portalId({ service, version }: Pick<ApiOrigin, 'service' | 'version'>): string {
  return version === undefined ? service : `${service}.${version.toString()}`;
}

/** Returns the name of an API as people say it: `orders v2`. */
export function nameOf({ service, version }: { readonly service: string; readonly version?: ApiVersion | undefined }) {
  return version === undefined ? service : `${service} ${version.toString()}`;
}
