import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { provisioningFolder } from '../../../../model/provision/render-provisioning.ts';
import { textTable } from '../../../../model/text/text-table.ts';
import type { Check, Checkup } from '../../../../use-cases/doctor/checkup.ts';
import { doctor } from '../../../../use-cases/doctor/doctor.ts';
import { json, output } from '../../options/common-options.ts';
import { secondsOption } from '../../options/declare-options.ts';
import { allEnvironmentsOption } from '../../options/environment-options.ts';
import type { Terminal } from '../../output/terminal.ts';
import { infrastructureExecutor, type InfrastructureRun } from '../../running/infrastructure-executor.ts';
import { clockChecks } from './clock-checks.ts';
import { doctorPorts } from './doctor-ports.ts';
import { nxSettings } from './nx-settings.ts';

const all = allEnvironmentsOption();
/** Where none can be read, which are meant does not matter. */
const anyEnvironments: typeof all = {
  ...all,
  resolve: (names, environments, doing) => (environments.length === 0 ? [] : all.resolve!(names, environments, doing)),
};

export const executor = infrastructureExecutor({
  command: 'infrastructure-doctor',
  doing: 'check what a release needs',
  takesMistakes: true,
  options: {
    env: anyEnvironments,
    timeout: secondsOption('Time limit of each check', { default: 20, least: 1, most: 600 }),
    json,
    output,
  },
  examples: [{ command: 'nx run infrastructure:doctor', description: 'Exit code 2 when something is wrong' }],
  async run({ env: environments, timeout, json: isJson }, run) {
    const request = {
      environments,
      services: run.services.services,
      mainBranch: run.branch,
      isProvisioned: existsSync(join(run.workspaceRoot, provisioningFolder)),
      others: [...environmentFiles(run), ...(run.workspace ? nxSettings(run.workspace, run.workspaceRoot) : [])],
      limitMs: timeout * 1000,
    };
    const found = await doctor(request, doctorPorts(run));
    // Its answers are those of all the others.
    const checks = [...found, ...clockChecks(run.clocks)];
    const wrong = checks.filter(({ state }) => state === 'wrong').length;
    return {
      lines: isJson ? [JSON.stringify({ checks })] : describe(checks, run.terminal),
      wrong: wrong === 0 ? undefined : { wrong, of: checks.length },
    };
  },
});

function environmentFiles({ mistake, environments }: InfrastructureRun): Check[] {
  return [
    {
      area: 'environments',
      check: 'files',
      ask: async () => {
        if (mistake) throw mistake;
        return environments.map(({ name }) => name).join(', ');
      },
    },
  ];
}

function describe(checks: readonly Checkup[], { mark, columns }: Terminal): string[] {
  const tone = { ok: 'good', wrong: 'bad', 'not asked': 'faint' } as const;
  const rows = checks.map(({ area, check, state, says }) => [area, check, mark(tone[state], state), says]);
  const wrong = checks.filter(({ state }) => state === 'wrong');
  return [
    ...textTable([['OF', 'CHECK', 'STATE', 'FOUND'], ...rows], columns),
    ...wrong.map(({ area, check, remedy = '' }) => `${area}, ${check}:\n  hint: ${remedy}`),
    // Otherwise the command's last line says how many.
    ...(wrong.length === 0 ? [mark('good', 'Nothing is wrong.')] : []),
  ];
}
