import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputVariable } from './output-variable.ts';
import type { PlannedWork } from '../../../../model/plan/planned-work.ts';
import { PlanId } from '../../../../model/plan/plan-id.ts';
import type { ApprovablePlan } from '../../../../use-cases/deploy/requirements/approval.ts';
import { RunLog } from './run-log.ts';

let temp: string;
let log: jest.SpyInstance;
const printed = () => log.mock.calls.map(([line]) => String(line));
const repository = { originUrl: async () => 'https://github.com/acme/shop.git' };

beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), 'poc ci '));
  log = jest.spyOn(console, 'log').mockImplementation(() => {});
});
afterEach(() => {
  log.mockRestore();
  rmSync(temp, { recursive: true });
});

describe('outputVariable', () => {
  it('is a line for Azure', () => {
    expect(outputVariable({ TF_BUILD: 'True' }, 'services', '{"agent_1":{"projects":"orders,payments"}}')).toBe(true);
    expect(printed()).toEqual([
      '##vso[task.setvariable variable=services;isOutput=true]{"agent_1":{"projects":"orders,payments"}}',
    ]);
  });

  it('is appended to a file for GitHub, also of several lines', () => {
    const file = join(temp, 'output');
    writeFileSync(file, 'before=1\n');
    const env = { GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: file };
    expect(outputVariable(env, 'any', 'true')).toBe(true);
    expect(outputVariable(env, 'text', 'a\nany=false')).toBe(true);
    expect(readFileSync(file, 'utf8')).toMatch(/^before=1\nany=true\ntext<<(poc-[0-9a-f-]{36})\na\nany=false\n\1\n$/);
    expect(printed()).toEqual([]);
  });

  it('is none elsewhere', () => {
    for (const env of [{}, { CI: 'true' }, { GITLAB_CI: 'true' }, { GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: '' }]) {
      expect(outputVariable(env, 'any', 'true')).toBe(false);
    }
    expect(printed()).toEqual([]);
  });
});

describe('RunLog', () => {
  const deployed = { service: 'orders', build: '20261124-1', environment: 'preprod', outcome: 'deployed' };

  it("appends to the page of GitHub's step what came to pass", async () => {
    const page = join(temp, 'page.md');
    writeFileSync(page, 'before\n');
    const run = new RunLog({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: page });
    await run.publish(repository);
    expect(readFileSync(page, 'utf8')).toBe('before\n');
    run.tell(deployed);
    await run.publish(repository);
    expect(readFileSync(page, 'utf8')).toMatch(/^before\n### Released\n[^]*\| orders \| 20261124-1 \|[^]*\n\n$/);
  });

  it('hands Azure a file with it', async () => {
    const run = new RunLog({ TF_BUILD: 'True', AGENT_TEMPDIRECTORY: temp });
    run.tell(deployed);
    await run.publish(repository);
    const [file] = readdirSync(temp);
    expect(printed()).toEqual([`##vso[task.uploadsummary]${join(temp, file!)}`]);
    expect(readFileSync(join(temp, file!), 'utf8')).toContain('| orders |');
  });

  it('stops nothing where the page cannot be written, or nobody knows the origin', async () => {
    const run = new RunLog({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: join(temp, 'nowhere/page.md') });
    run.tell(deployed);
    await run.publish({ originUrl: () => Promise.reject(new Error('no git')) });
    expect(printed()).toEqual([expect.stringMatching(/^warning: the page of the run could not be written: .*ENOENT/)]);
  });

  const planOf = (service: string): ApprovablePlan => {
    const work: PlannedWork = {
      ...{
        action: 'promote' as const,
        service,
        environment: 'prod',
        from: 'preprod',
        build: '20261124-1',
        commit: 'c0ffee',
      },
      ...{ differences: [], objects: [], publishes: [], options: [] },
    };
    return { id: PlanId.of(work), work, changes: [{ kind: 'Service', name: '<b>', action: 'created' }], notes: [] };
  };

  it('shows plans where approvers look, and hands them on in one order', async () => {
    const [page, output] = [join(temp, 'page.md'), join(temp, 'output')];
    const run = new RunLog({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: page, GITHUB_OUTPUT: output });
    const [orders, payments] = ['orders', 'payments'].map(planOf);
    run.tellPlan(payments!);
    run.tellPlan(orders!);
    await run.publish(repository);
    expect(readFileSync(output, 'utf8')).toBe(
      `services=orders,payments\ntags=orders-20261124-1,payments-20261124-1\nplans=${orders!.id},${payments!.id}\n`,
    );
    const shown = readFileSync(page, 'utf8');
    expect(shown).toContain('### To be approved: 2 plans');
    expect(shown).toContain(`- \`orders: promote 20261124-1 from preprod to prod (commit c0ffee)\`, \`${orders!.id}\``);
    expect(shown).toContain('  - `Service <b> created`');
  });

  it('hands services on by the names that Nx knows them by, and their tags by their own', async () => {
    const output = join(temp, 'output');
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: join(temp, 'page.md'), GITHUB_OUTPUT: output };
    const run = new RunLog(env, (service) => `@shop/${service}`);
    run.tellPlan(planOf('orders'));
    await run.publish(repository);
    expect(readFileSync(output, 'utf8')).toMatch('services=@shop/orders\ntags=orders-20261124-1\n');
  });

  it('hands nothing on where nothing is planned', async () => {
    const output = join(temp, 'output');
    await new RunLog({ GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: output }).publish(repository);
    expect(readdirSync(temp)).toEqual([]);
  });

  it('says at the head of the run what failed', () => {
    new RunLog({ GITHUB_ACTIONS: 'true' }).fail('orders:release', 'Could not deploy orders: 100%.\n  log of Pod x: y');
    new RunLog({ CI: 'true' }).fail('orders:release', 'Could not deploy orders.');
    new RunLog({ GITHUB_ACTIONS: 'true' }).fail('orders:release', 'Could not: No.\n  hint: Do.\n  log of Pod x: y');
    expect(printed()).toEqual([
      '::error title=orders%3Arelease::Could not deploy orders: 100%25.',
      '::error title=orders%3Arelease::Could not: No. Do.',
    ]);
  });
});
