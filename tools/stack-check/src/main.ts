import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { checksOf } from './check-stack.ts';
import { wholeLoad } from './points/drain.ts';
import { Points } from './points.ts';
import { stackOf } from './stacks/stacks.ts';
import type { Stack } from './stack.ts';
import { makeClones, Subject } from './subject.ts';

const usage = 'tsx tools/stack-check/src/main.ts WORKSPACE [SERVICE]';

/**
 * Proves a service as it was generated: builds it from clones of its workspace, runs it, asks it all kinds of questions and
 * ends it under load. Prints a line for each point, and ends with 1 when one falls short, and with 2 when nothing can be
 * said. The specs beside this do the same for Node, Go and Python; .NET needs an SDK.
 */
async function main([workspace = '', service = 'billing']: readonly string[]): Promise<number> {
  const folder = join(workspace, 'apps', service);
  if (!existsSync(join(folder, 'project.json')))
    return refuse(`there is no service ${service} in ${workspace || 'no workspace'}`, usage);
  const stack = stackOf(folder);
  if (!stack)
    return refuse(`${service} is of no stack that can be checked`, 'choose a node, go, python or dotnet service');
  const lacks = stack.lacks?.(workspace);
  if (lacks) return refuse(lacks.reason, lacks.hint);
  const work = mkdtempSync(join(tmpdir(), 'stack-check-'));
  try {
    return await check(stack, resolve(workspace), service, work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function refuse(reason: string, hint: string): 2 {
  console.error(`stack-check: ${reason}\n  hint: ${hint}`);
  return 2;
}

async function check(stack: Stack, workspace: string, service: string, work: string): Promise<number> {
  const points = new Points(console.log);
  const subject = new Subject(stack, service, await makeClones(workspace, work));
  for (const target of ['lint', 'build', 'test']) {
    const wrong = await subject.here.run(target);
    points.add(`${target} passes without a warning`, wrong === '', wrong);
  }
  // What cannot be built cannot be run either.
  if (!existsSync(subject.here.dist)) return points.conclude();
  await subject.build();
  for (const [name, checkPoint] of Object.entries(checksOf(wholeLoad))) {
    console.log(`-- it ${name}`);
    await checkPoint(subject, points);
  }
  return points.conclude();
}

process.exitCode = await main(process.argv.slice(2));
