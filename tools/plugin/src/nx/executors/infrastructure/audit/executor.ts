import { takesSignedTags } from '../../../../model/environment/environment.ts';
import { describeAudited } from '../../../../model/observe/audited.ts';
import { audit, type AuditResult } from '../../../../use-cases/audit/audit.ts';
import { newInRelease } from '../../../../use-cases/release/new-in-release.ts';
import { json, output } from '../../options/common-options.ts';
import { booleanOption } from '../../options/declare-options.ts';
import { allEnvironmentsOption } from '../../options/environment-options.ts';
import type { Terminal } from '../../output/terminal.ts';
import { infrastructureExecutor } from '../../running/infrastructure-executor.ts';

export const executor = infrastructureExecutor({
  command: 'infrastructure-audit',
  doing: 'audit what runs where',
  options: {
    env: allEnvironmentsOption(),
    repair: booleanOption('Fix what is safe to fix: a missing tag, GitHub release or GitHub deployment'),
    json,
    output,
  },
  examples: [{ command: 'nx run infrastructure:audit', description: 'Exit code 3 when sources disagree' }],
  async run(
    { env: environments, repair, json: isJson },
    { environments: all, services, service, ports, terminal, branch },
  ) {
    const found = await audit(
      {
        environments,
        services,
        mainBranch: branch,
        repair: repair
          ? {
              signsTags: all.some(takesSignedTags),
              // Of a service that the workspace no longer has, nobody knows what it is made of.
              notes: async (release) =>
                services.services.includes(release.service)
                  ? newInRelease(release, service(release.service), all, ports)
                  : `A release of ${release.service}, which is no longer in the workspace.`,
            }
          : undefined,
      },
      ports,
    );
    const isDifferent = found.findings.some(({ isRepaired }) => !isRepaired);
    return { lines: isJson ? [JSON.stringify(found)] : describe(found, terminal), isDifferent };
  },
});

function describe({ findings, ...audited }: AuditResult, { mark }: Terminal): string[] {
  const open = findings.filter(({ isRepaired }) => !isRepaired).length;
  const fixed = findings.length - open;
  return [
    ...describeAudited(audited),
    ...findings.flatMap(({ subject, type, says, remedy, isRepaired }) => [
      mark(isRepaired ? 'good' : 'bad', `${subject}: ${isRepaired ? 'fixed: ' : ''}${type}: ${says}`),
      `  hint: ${remedy}`,
    ]),
    open === 0
      ? mark('good', 'All sources agree.')
      : mark('bad', `${open} ${open === 1 ? 'difference' : 'differences'}${fixed > 0 ? `, ${fixed} fixed` : ''}.`),
  ];
}
