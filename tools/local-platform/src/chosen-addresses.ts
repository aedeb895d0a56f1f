import { Refusal } from '../../plugin/src/model/errors/product-error.ts';

/** The part of a platform's addresses that people choose. */
export interface ChosenAddresses {
  /** Name of the context, and of kind's cluster. */
  readonly name: string;
  readonly registryPort: number;
  readonly gatewayPort: number;
}

/** The platform's name unless another one is chosen. */
export const defaultName = 'poc-local';

const defaults: ChosenAddresses = { name: defaultName, registryPort: 5000, gatewayPort: 8088 };

/** As `chosenAddresses`, for constants: what is none is refused by the first function that names folders, without a stack. */
export function chosenAddressesOrDefaults(environment: NodeJS.ProcessEnv): ChosenAddresses {
  try {
    return chosenAddresses(environment);
  } catch {
    return defaults;
  }
}

/** Reads them from POC_PLATFORM_NAME, POC_REGISTRY_PORT and POC_GATEWAY_PORT. @throws Refusal for what is none. */
export function chosenAddresses(environment: NodeJS.ProcessEnv): ChosenAddresses {
  const name = environment['POC_PLATFORM_NAME'] || defaults.name;
  // It becomes the name of containers, and is in the node's host name.
  if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name) || name === 'local-platform')
    throw refusal('POC_PLATFORM_NAME', name, 'at most 40 lower-case letters, digits and hyphens, such as `poc-second`');
  return {
    name,
    registryPort: port(environment, 'POC_REGISTRY_PORT', defaults.registryPort),
    gatewayPort: port(environment, 'POC_GATEWAY_PORT', defaults.gatewayPort),
  };
}

function port(environment: NodeJS.ProcessEnv, variable: string, otherwise: number): number {
  const text = environment[variable];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 65_535) throw refusal(variable, text, 'a port of 1 to 65535');
  return value;
}

function refusal(variable: string, value: string, expected: string): Refusal {
  return new Refusal({
    type: 'misused-command',
    doing: 'read the addresses of the platform',
    reason: `${variable} is \`${value}\`, which is not ${expected}.`,
    remedy: 'Correct the variable, or unset it.',
  });
}
