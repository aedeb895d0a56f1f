import { isLoopbackRegistry, registryAddress } from '../../model/image/registry-host.ts';
import { isListedPlain } from './plain-registries.ts';
import { probeTls } from './probe-tls.ts';

type Scheme = 'http' | 'https';

/**
 * How registries are spoken to: in https; plain http on this machine's own addresses, where that is the usual, and with those
 * that docker or podman was told may do without. Which it is turns out by a handshake, after the first has failed.
 */
export class RegistrySpeech {
  private readonly found = new Map<string, Scheme>();
  private readonly isListed: (registry: string) => Promise<boolean>;

  /** @param isListed reports whether docker or podman was told that a registry may do without a certificate. */
  constructor(isListed = isListedPlain) {
    this.isListed = isListed;
  }

  /** Returns the origin at which a registry is asked. */
  originOf(registry: string): string {
    const address = isLoopbackRegistry(registry) ? registry : registryAddress(registry);
    return new URL(`${this.schemeOf(registry)}://${address}`).origin;
  }

  /** Reports whether a login may be sent to a registry: by whatever way it is asked, only it reads it. */
  takesLogins(registry: string): boolean {
    return this.schemeOf(registry) === 'https' || isLoopbackRegistry(registry);
  }

  /** Reports, after what was asked for has failed, whether a registry is to be asked again in the other way. */
  async turnsOutOtherwise(registry: string): Promise<boolean> {
    const scheme = this.schemeOf(registry);
    if (isLoopbackRegistry(registry) ? scheme === 'https' : scheme === 'http' || !(await this.isListed(registry)))
      return false;
    const usesTls = await probeTls(registry);
    if (usesTls === (scheme === 'https')) return false;
    this.found.set(registry, usesTls ? 'https' : 'http');
    return true;
  }

  private schemeOf(registry: string): Scheme {
    return this.found.get(registry) ?? (isLoopbackRegistry(registry) ? 'http' : 'https');
  }
}
