import { hostname, userInfo } from 'node:os';
import type { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { outputMask } from './mask-output.ts';
import type { Step } from './steps.ts';

/** Runs the steps of a page in a workspace, in order. @returns what each prints, as pages show it. @throws with the first that fails. */
export async function runSteps(workspace: ScratchWorkspace, steps: readonly Step[]): Promise<string[]> {
  const registry = await workspace.registry();
  const names = new Map([
    [registry, registry.replace(`/${workspace.id}`, '')],
    [`${userInfo().username}@${hostname()}`, 'ada@laptop'],
    ['End-to-end test', 'Ada'],
  ]);
  const mask = outputMask(names);
  const outputs: string[] = [];
  for (const { commands } of steps) {
    const { code, output } = await workspace.shell(commands);
    if (code !== 0) throw new Error(`${commands}\nended with exit code ${code}:\n${output}`);
    outputs.push(mask(output));
  }
  return outputs;
}
