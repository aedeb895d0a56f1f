import { yaml, type Yaml } from '../yaml-template.ts';

/** One question to the person who starts a workflow by hand. */
export interface DispatchInput {
  readonly name: string;
  readonly description: string;
  /** The choices, the first by default; a box to tick when `tick` (default: any text). */
  readonly choices?: readonly string[] | 'tick';
}

/** Returns `workflow_dispatch` with its inputs, for below `on:`. */
export function dispatchTrigger(inputs: readonly DispatchInput[]): Yaml {
  return yaml`
    workflow_dispatch:
      inputs:
        ${inputs.map(inputSection)}
  `;
}

function inputSection({ name, description, choices }: DispatchInput): Yaml {
  return yaml`
    ${name}:
      description: ${description}
      ${typeOf(choices)}
  `;
}

function typeOf(choices: DispatchInput['choices']): Yaml {
  if (choices === undefined) return yaml`type: string`;
  if (choices === 'tick')
    return yaml`
      type: boolean
      default: false
    `;
  return yaml`
    type: choice
    required: true
    options:
      ${choices}
  `;
}
