import { audit, type AuditResult } from '../../../../use-cases/audit/audit.ts';
import { newInRelease } from '../../../../use-cases/release/new-in-release.ts';
import { json, output } from '../../options/common-options.ts';
import { booleanOption } from '../../options/declare-options.ts';
import { allEnvironmentsOption } from '../../options/environment-options.ts';
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
  async run({ env: environments, repair, json: isJson }, { environments: all, services, service, ports }) {
    const found = await audit(
      {
        environments,
        services,
        repair,
        // Of a service that the workspace no longer has, nobody knows what it is made of.
        notes: async (release) =>
          services.services.includes(release.service)
            ? newInRelease(release, service(release.service), all, ports)
            : `A release of ${release.service}, which is no longer in the workspace.`,
      },
      ports,
    );
    const isDifferent = found.findings.some(({ isRepaired }) => !isRepaired);
    return { lines: isJson ? [JSON.stringify(found)] : describe(found), isDifferent };
  },
});

function describe({ checked, withoutForge, findings }: AuditResult): string[] {
  const open = findings.filter(({ isRepaired }) => !isRepaired).length;
  const mended = findings.length - open;
  const forge = withoutForge === undefined ? ['GitHub'] : [];
  const witnesses = ['git tags', 'image labels', 'pods and objects', 'records', ...forge];
  return [
    `Asked ${witnesses.join(', ')} of ${checked.releases} releases and ${checked.deployments} deployments of ${checked.services} services.`,
    ...(withoutForge === undefined ? [] : [`Not asked: GitHub, because ${withoutForge}.`]),
    ...findings.flatMap(({ subject, type, says, remedy, isRepaired }) => [
      `${subject}: ${isRepaired ? 'mended: ' : ''}${type}: ${says}`,
      `  ${remedy}`,
    ]),
    open === 0 ? 'They agree.' : `${open} on which they do not agree${mended > 0 ? `, ${mended} mended` : ''}.`,
  ];
}
