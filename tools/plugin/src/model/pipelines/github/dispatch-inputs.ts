import { yamlScalar } from './yaml-scalar.ts';

/** One thing that whoever starts a workflow by hand is asked. */
export interface DispatchInput {
  readonly name: string;
  readonly description: string;
  /** What can be chosen, the first by itself; a text when left away, a box to tick when `tick`. */
  readonly choices?: readonly string[] | 'tick';
}

/** `workflow_dispatch` with its inputs, as lines below `on:`. */
export function dispatchLines(inputs: readonly DispatchInput[]): string[] {
  return ['  workflow_dispatch:', '    inputs:', ...inputs.flatMap(inputLines)];
}

function inputLines({ name, description, choices }: DispatchInput): string[] {
  const type = choices === undefined ? 'string' : choices === 'tick' ? 'boolean' : 'choice';
  const lines = [`${name}:`, `  description: ${yamlScalar(description)}`, `  type: ${type}`];
  if (choices === 'tick') lines.push('  default: false');
  else if (choices !== undefined)
    lines.push('  required: true', '  options:', ...choices.map((choice) => `    - ${yamlScalar(choice)}`));
  return lines.map((line) => `      ${line}`);
}
